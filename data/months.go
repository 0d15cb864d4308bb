package data

import "time"

// Months is the classification of dates as people write them, those of Dates, by their month: texts of up to 32 characters in 12
// classes. "3/5/2026" is March, "3.5.2026" is May.
func Months(o Options) (Splits, error) {
	s, err := Dates(o)
	if err != nil {
		return s, err
	}
	info := *s.Info()
	info.Name, info.Task, info.Input, info.Source = "months", Classification, []int{dateSource}, 0
	info.Origin += ", by their month"
	for m := time.January; m <= time.December; m++ {
		info.Classes = append(info.Classes, m.String())
	}
	for _, set := range []*Set{&s.Train, &s.Valid, &s.Test} {
		if d, ok := (*set).(*dates); ok {
			d.info = &info
			*set = &months{d}
		}
	}
	return s, nil
}

// months is a Set of dates with their months.
type months struct{ *dates }

func (d *months) Read(b *Batch, index []int, seed uint64) error {
	checkIndex(d.info.Name, index, d.Len())
	labels := b.Texts(len(index), dateSource)
	var ids [dateSource]int32
	for e, i := range index {
		when, n := d.write(&ids, i, seed)
		row := b.IDs[e*dateSource : (e+1)*dateSource]
		clear(row[copy(row, ids[:n]):])
		labels[e] = int32(when.Month() - time.January)
	}
	return nil
}

// write writes the i-th date in the way that seed gives, and returns it and how many ids it has.
func (d *dates) write(ids *[dateSource]int32, i int, seed uint64) (when time.Time, n int) {
	if !d.vary {
		seed = 0
	}
	var text [64]byte
	day := d.order.At(d.lo + i)
	r := stream{mix(mix(d.key, uint64(day)), seed)}
	when = firstDate.AddDate(0, 0, day)
	return when, dateIDs(ids, writeDate(text[:0], when, &r))
}

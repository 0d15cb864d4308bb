package data

import (
	"encoding/binary"
	"fmt"
	"math"

	"brick/kernel"
)

// pixels is a Set of images of one size, kept as bytes and scaled when read: x = (pixel/255 − mean)/std, by channel.
type pixels struct {
	info   *Info
	rows   *records // C·H·W bytes an image, channel by channel
	labels []int32
	table  [][256]kernel.Float // x of each pixel value, by channel
}

func (p *pixels) Info() *Info { return p.info }
func (p *pixels) Len() int    { return len(p.labels) }

func (p *pixels) Read(b *Batch, index []int, _ uint64) error {
	checkIndex(p.info.Name, index, p.Len())
	size := p.rows.size
	x, labels := b.numbers(len(index), p.info.Input), b.classes(len(index))
	for e, i := range index {
		rec, err := p.rows.at(i)
		if err != nil {
			return err
		}
		p.scale(x[e*size:(e+1)*size], rec)
		labels[e] = p.labels[i]
	}
	return nil
}

// scale writes the numbers of an image's bytes.
func (p *pixels) scale(x []kernel.Float, rec []byte) {
	plane := len(rec) / len(p.table)
	for c := range p.table {
		table, dst := &p.table[c], x[c*plane:][:plane]
		for k, v := range rec[c*plane:][:plane] {
			dst[k] = table[v]
		}
	}
}

// standardise sets the tables from the info's mean and std.
func (p *pixels) standardise() {
	p.table = make([][256]kernel.Float, len(p.info.Mean))
	for c := range p.table {
		for v := range 256 {
			p.table[c][v] = kernel.Float((float64(v)/255 - p.info.Mean[c]) / p.info.Std[c])
		}
	}
}

// measure returns mean and standard deviation of each channel over the images for which use is true, from a count of
// each pixel value, so that they are exact whatever the order.
func (p *pixels) measure(channels int, use func(i int) bool) (mean, std []float64, err error) {
	counts := make([][256]int64, channels)
	plane := p.rows.size / channels
	for i := range p.rows.n {
		if !use(i) {
			continue
		}
		rec, err := p.rows.at(i)
		if err != nil {
			return nil, nil, err
		}
		for c := range counts {
			for _, v := range rec[c*plane:][:plane] {
				counts[c][v]++
			}
		}
	}
	for c := range counts {
		var n, sum, squares float64
		for v, k := range counts[c] {
			x := float64(v) / 255
			n += float64(k)
			sum += x * float64(k)
			squares += x * x * float64(k)
		}
		m, s := 0.0, 1.0
		if n > 0 {
			m = sum / n
			if variance := squares/n - m*m; variance > 1e-12 {
				s = math.Sqrt(variance)
			}
		}
		mean, std = append(mean, m), append(std, s)
	}
	return mean, std, nil
}

// imagesFromIDX joins an array of images (N, H, W) or (N, C, H, W) with its labels (N), both of type uint8 or the labels
// of any integer type.
func imagesFromIDX(images, labels *IDX) (*pixels, int, error) {
	if images.Type != 0x08 || len(images.Shape) < 3 || len(images.Shape) > 4 {
		return nil, 0, fmt.Errorf("an IDX array of type %#02x and shape %v; images are of type 0x08 with 3 dimensions (images, height, width) or 4", images.Type, images.Shape)
	}
	n, shape := images.Shape[0], images.Shape[1:]
	if len(shape) == 2 {
		shape = []int{1, shape[0], shape[1]}
	}
	if n > 0 && len(images.Data) == 0 {
		return nil, 0, fmt.Errorf("an IDX array of shape %v: images without pixels", images.Shape)
	}
	class, err := labels.integers()
	if err != nil {
		return nil, 0, err
	}
	if len(class) != n {
		return nil, 0, fmt.Errorf("%d images but %d labels", n, len(class))
	}
	highest := int32(-1)
	for i, c := range class {
		if c < 0 || c >= maxClasses {
			return nil, 0, fmt.Errorf("label %d is %d; 0 to %d are possible", i, c, maxClasses-1)
		}
		highest = max(highest, c)
	}
	p := &pixels{info: &Info{Task: Classification, Input: shape}, labels: class}
	p.rows = &records{size: volume(shape), n: n, memory: images.Data}
	return p, int(highest) + 1, nil
}

// integers returns the elements of a one-dimensional array of an integer type.
func (x *IDX) integers() ([]int32, error) {
	if len(x.Shape) != 1 || x.Type >= 0x0D {
		return nil, fmt.Errorf("an IDX array of type %#02x and shape %v; labels are integers with 1 dimension", x.Type, x.Shape)
	}
	out := make([]int32, x.Shape[0])
	for i := range out {
		switch x.Type {
		case 0x08:
			out[i] = int32(x.Data[i])
		case 0x09:
			out[i] = int32(int8(x.Data[i]))
		case 0x0B:
			out[i] = int32(int16(binary.BigEndian.Uint16(x.Data[2*i:])))
		case 0x0C:
			out[i] = int32(binary.BigEndian.Uint32(x.Data[4*i:]))
		}
	}
	return out, nil
}

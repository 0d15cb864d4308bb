package bench

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// An Output says what becomes of rows besides a table for people.
type Output struct {
	JSON bool   // print one JSON object a line instead of a table, the machine first
	CSV  bool   // print comma-separated values instead
	Save string // a folder with one file a CPU model, to which the same lines are appended; "" for none
	SVG  string // a file for a picture of the rows under the machine's roofs; "" for none
}

// A header is the first line of JSON.
type header struct {
	Time    string  `json:"time"` // of the measurement, RFC 3339
	Machine Machine `json:"machine"`
}

// Write prints rows to w as they come, and saves and draws them when they end. Rows that came before an error are kept.
func (o Output) Write(w io.Writer, rows iter.Seq2[Row, error]) error {
	h := header{time.Now().UTC().Format(time.RFC3339), ThisMachine()}
	t := &table{w: w}
	lines, values := json.NewEncoder(w), csvWriter{csv.NewWriter(w)}
	if o.JSON {
		if err := lines.Encode(h); err != nil {
			return err
		}
	} else if o.CSV {
		if err := values.write(csvHead); err != nil {
			return err
		}
	} else {
		t.machine(h.Machine)
	}
	var all []Row
	var failed error
	for r, err := range rows {
		if err != nil {
			failed = err
			break
		}
		all = append(all, r)
		if o.JSON {
			err = lines.Encode(r)
		} else if o.CSV {
			err = values.write(csvRow(r))
		} else {
			err = t.row(r)
		}
		if err != nil {
			return err
		}
	}
	if o.Save != "" && len(all) > 0 {
		failed = errors.Join(failed, o.save(h, all))
	}
	if o.SVG != "" && failed == nil {
		picture, err := roofline(h.Machine, all)
		if err == nil {
			err = os.WriteFile(o.SVG, picture, 0o644)
		}
		failed = err
	}
	return failed
}

// csvHead are the names of what csvRow gives.
var csvHead = []string{"bench", "case", "threads", "precision", "calls", "mean_s", "sd_s", "median_s", "per_second", "gflops", "share_of_peak", "gbs", "share_of_memory", "rss_bytes", "other_cpu"}

func csvRow(r Row) []string {
	list := []string{r.Bench, r.Case, strconv.Itoa(r.Threads), r.Precision, strconv.Itoa(r.Calls)}
	for _, v := range []float64{r.Mean, r.SD, r.Median, r.Rate, r.GFLOPS, r.Share, r.GBs, r.Bandwidth, float64(r.RSS), r.Other} {
		list = append(list, strconv.FormatFloat(v, 'g', 6, 64))
	}
	return list
}

// A csvWriter writes lines as they come.
type csvWriter struct{ *csv.Writer }

func (w csvWriter) write(line []string) error {
	err := w.Write(line)
	w.Flush()
	return errors.Join(err, w.Error())
}

// save appends to the machine's file.
func (o Output) save(h header, rows []Row) error {
	name := filepath.Join(o.Save, h.Machine.Slug()+".jsonl")
	f, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return fmt.Errorf("bench: figures are kept in the folder %s of the repository: %w", o.Save, err)
	}
	lines := json.NewEncoder(f)
	err = lines.Encode(h)
	for _, r := range rows {
		if err == nil {
			err = lines.Encode(r)
		}
	}
	return errors.Join(err, f.Close())
}

package train_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"brick/data"
	"brick/grad"
	"brick/nn"
	"brick/optim"
	"brick/train"
)

// readingJob is a small net that reads lines of digits.
func readingJob() train.Job {
	job := mlpJob()
	job.Name, job.Model = "lines", "conv(4,4,stride=4) relu columns lstm(8,bidirectional=true,dropout=0.1) linear"
	job.Data, job.Batch = train.DataJob{Source: "digit-lines", Examples: 40}, 4
	return job
}

// Lines are read, not classified: what does not fit them is refused with what would.
func TestReadingRefuses(t *testing.T) {
	o := setup(t)
	for _, c := range []struct{ model, source, loss, want string }{
		{"conv(4,4,stride=4) relu columns linear", "digit-lines", "cross-entropy", "loss cross-entropy does not fit digit-lines (reading); want ctc"},
		{"conv(4,4,stride=4) relu columns linear", "digit-lines", "mse", "want ctc"},
		{"flatten linear", "digits", "ctc", "loss ctc does not fit digits (classification with 10 classes); want cross-entropy"},
		{"flatten linear", "digit-lines", "", "want a sequence of at least 15 places, each with (11); columns makes a sequence of images"},
		{"conv(4,16,stride=16) columns linear", "digit-lines", "", "gives (10, 11) for each example"},
	} {
		job := readingJob()
		job.Model, job.Data.Source, job.Loss = c.model, c.source, c.loss
		if _, err := train.Create(context.Background(), job, o); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s on %s: %v, want %s", c.model, c.source, err, c.want)
		}
	}
}

// A net learns to read a few lines without a mistake, from what they say alone.
func TestReadingLearns(t *testing.T) {
	s, err := data.DigitLines(data.Options{Examples: 8})
	if err != nil {
		t.Fatal(err)
	}
	b := newBench(t, "conv(12,4,stride=4) relu columns lstm(32,bidirectional=true) linear", s.Train, optim.NewAdamW(), 8, 1, 2)
	for _, err := range b.steps(train.Config{Steps: 200, Rate: func(int) float64 { return 0.01 }, Clip: optim.Clip{Norm: 1}}) {
		if err != nil {
			t.Fatal(err)
		}
	}
	m, err := train.Evaluate(context.Background(), b.dev, b.m, s.Train, nil, 8, 0)
	if err != nil {
		t.Fatal(err)
	}
	if m.Exact != 1 || m.CharErrors != 0 || m.Decoded != 8 {
		t.Errorf("%v", m)
	}
	t.Log(m)
}

// says is a model whose scores are always the same.
type says struct {
	scores []grad.Float
	t, c   int
}

func (s *says) Forward(x *grad.Var) *grad.Var {
	var all []grad.Float
	for range x.Dim(0) {
		all = append(all, s.scores...)
	}
	return x.Tape().Const(all, x.Dim(0), s.t, s.c)
}

// heard is a set of lines of given labels.
type heard struct {
	data.Set
	info   data.Info
	labels [][]int32
}

func (h *heard) Info() *data.Info { return &h.info }
func (h *heard) Len() int         { return len(h.labels) }
func (h *heard) Read(b *data.Batch, index []int, _ uint64) error {
	b.Shape, b.YShape, b.Lines, b.X, b.Labels = []int{len(index), 1, 1, 1}, []int{len(index), h.info.Targets}, true, make([]grad.Float, len(index)), nil
	for _, i := range index {
		b.Labels = append(b.Labels, h.labels[i]...)
	}
	return nil
}

// Exact counts whole lines, the character error rate the symbols to change: here what is read is 1 2 2 of
// lines 1 2 2, 1 2, 3 2 2 and 2 2 1.
func TestReadingMetrics(t *testing.T) {
	places := []int{1, 1, 0, 2, 0, 2, 2}
	scores := make([]grad.Float, 4*len(places))
	for t, k := range places {
		scores[4*t+k] = 9
	}
	h := &heard{info: data.Info{Name: "heard", Task: data.Reading, Input: []int{1, 1, 1}, Targets: 3, Classes: []string{"", "a", "b", "c"}},
		labels: [][]int32{{1, 2, 2}, {1, 2, data.Ignore}, {3, 2, 2}, {2, 2, 1}}}
	m, err := train.Evaluate(context.Background(), nil, &says{scores, len(places), 4}, h, nil, 3, 0)
	if err != nil {
		t.Fatal(err)
	}
	if want := 4.0 / 11; m.Exact != 0.25 || m.Decoded != 4 || math.Abs(m.CharErrors-want) > 1e-12 {
		t.Errorf("exact %v of %d, character error rate %v, want 0.25 of 4, %v", m.Exact, m.Decoded, m.CharErrors, want)
	}
	if s := m.String(); !strings.Contains(s, "exact 25.00 % of 4, character error rate 36.36 %") {
		t.Error(s)
	}
	if got := h.info.Said([]int32{1, 2, 0, 3, data.Ignore, 99}); got != "abc" {
		t.Errorf("said %q", got)
	}
}

// A run prints what it reads in the image of a line, greedily and by a beam search, whatever the image's size.
func TestReadingPredicts(t *testing.T) {
	o := setup(t)
	job := readingJob()
	job.Steps = 3
	r := create(t, job, o)
	finish(t, r)
	opened, err := train.Open(r.Dir, o)
	if err != nil {
		t.Fatal(err)
	}
	defer opened.Close()
	for _, size := range []image.Rectangle{image.Rect(0, 0, 160, 32), image.Rect(0, 0, 90, 40), image.Rect(0, 0, 900, 30)} {
		m := image.NewGray(size)
		for i := range m.Pix {
			m.Pix[i] = uint8(i * i % 251)
		}
		var file bytes.Buffer
		if err := png.Encode(&file, m); err != nil {
			t.Fatal(err)
		}
		for p, err := range opened.Predict(context.Background(), "line.png", bytes.NewReader(file.Bytes()), train.Asked{Top: 1}) {
			if err != nil || strings.Trim(p.String(), "0123456789") != "" {
				t.Errorf("%v: %q, %v", size, p, err)
			}
		}
		for p, err := range opened.Predict(context.Background(), "line.png", bytes.NewReader(file.Bytes()), train.Asked{Search: train.Search{Beam: 5}}) {
			if err != nil || strings.Trim(p.String(), "0123456789") != "" || !(p.Score < 0) {
				t.Errorf("%v: %q with score %v, %v", size, p, p.Score, err)
			}
		}
	}
	for _, err := range opened.Predict(context.Background(), "line.png", strings.NewReader("no image"), train.Asked{Top: 1}) {
		if err == nil || !strings.Contains(err.Error(), "line.png: data: image: not a PNG, JPEG or GIF") {
			t.Errorf("%v", err)
		}
	}
	for _, err := range opened.Predict(context.Background(), "line.png", strings.NewReader(""), train.Asked{Search: train.Search{Beam: -1}}) {
		if err == nil || !strings.Contains(err.Error(), "a beam of -1") {
			t.Errorf("%v", err)
		}
	}
}

var _ nn.Block = (*says)(nil)

// Lines may come as files: a list of images with what they say. A run keeps their size and symbols.
func TestReadingFiles(t *testing.T) {
	o := setup(t)
	dir, list := t.TempDir(), ""
	for i := range 24 {
		m := image.NewGray(image.Rect(0, 0, 20+i, 10))
		for k := range m.Pix {
			m.Pix[k] = uint8(k * (i + 3))
		}
		var file bytes.Buffer
		if err := png.Encode(&file, m); err != nil {
			t.Fatal(err)
		}
		name := fmt.Sprintf("%d.png", i)
		if err := os.WriteFile(filepath.Join(dir, name), file.Bytes(), 0o666); err != nil {
			t.Fatal(err)
		}
		list += fmt.Sprintf("%s\t%d%c\n", name, i%3, 'a'+i%2)
	}
	path := filepath.Join(dir, "lines.tsv")
	if err := os.WriteFile(path, []byte(list), 0o666); err != nil {
		t.Fatal(err)
	}
	job := readingJob()
	job.Data, job.Steps = train.DataJob{Source: path, Task: "reading", Height: 16}, 3
	r := create(t, job, o)
	finish(t, r)
	if r.Job.Data.Height != 16 || r.Job.Data.Width != 72 || strings.Join(r.Info.Classes, "") != "012ab" {
		t.Errorf("%d×%d, symbols %q", r.Job.Data.Height, r.Job.Data.Width, r.Info.Classes)
	}
	opened, err := train.Open(r.Dir, o)
	if err != nil {
		t.Fatal(err)
	}
	defer opened.Close()
	m, err := opened.Evaluate(context.Background(), "test", path)
	if err != nil || m.Decoded != 24 {
		t.Errorf("%v, %v", m, err)
	}
	for source, p := range r.Samples(context.Background(), 2) {
		if len(source) != 2 || strings.Trim(p.Text, "012ab") != "" {
			t.Errorf("%q reads %q", source, p.Text)
		}
	}
}

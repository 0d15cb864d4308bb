package train

import (
	"bytes"
	"encoding/binary"
	"encoding/xml"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/encoding/protowire"
)

// field is one field of a protocol buffer message.
type field struct {
	num   protowire.Number
	value any // uint64 of fixed and varint fields, []byte of others
}

// fieldsOfMessage takes a message apart.
func fieldsOfMessage(t *testing.T, msg []byte) (out []field) {
	t.Helper()
	for len(msg) > 0 {
		num, kind, n := protowire.ConsumeTag(msg)
		if n < 0 {
			t.Fatal(protowire.ParseError(n))
		}
		msg = msg[n:]
		f := field{num: num}
		switch kind {
		case protowire.VarintType:
			f.value, n = first2(protowire.ConsumeVarint(msg))
		case protowire.Fixed32Type:
			v, k := protowire.ConsumeFixed32(msg)
			f.value, n = uint64(v), k
		case protowire.Fixed64Type:
			f.value, n = first2(protowire.ConsumeFixed64(msg))
		case protowire.BytesType:
			v, k := protowire.ConsumeBytes(msg)
			f.value, n = v, k
		}
		if n < 0 {
			t.Fatal(protowire.ParseError(n))
		}
		msg = msg[n:]
		out = append(out, f)
	}
	return out
}

func first2(v uint64, n int) (any, int) { return v, n }

// events come back from a file as TensorBoard reads them: framed, with both checksums right.
func TestEvents(t *testing.T) {
	dir := t.TempDir()
	e, err := newEvents(dir, 7)
	if err != nil {
		t.Fatal(err)
	}
	e.now = func() time.Time { return time.Unix(1700000000, 500000000) }
	if err := e.scalars(8, scalar{"train/loss", 1.5}, scalar{"损失", math.Inf(1)}); err != nil {
		t.Fatal(err)
	}
	again, err := newEvents(dir, 0) // in the same second
	if err != nil {
		t.Fatal(err)
	}
	if err := again.close(); err != nil {
		t.Fatal(err)
	}
	if err := e.close(); err != nil {
		t.Fatal(err)
	}
	files, _ := filepath.Glob(filepath.Join(dir, "events.out.tfevents.*"))
	if len(files) != 2 {
		t.Fatalf("found %v", files)
	}
	text, err := os.ReadFile(e.f.Name())
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for len(text) > 0 {
		n := binary.LittleEndian.Uint64(text)
		if sum := binary.LittleEndian.Uint32(text[8:]); sum != maskedCRC(text[:8]) {
			t.Fatalf("length %d has checksum %08x", n, sum)
		}
		msg := text[12 : 12+n]
		if sum := binary.LittleEndian.Uint32(text[12+n:]); sum != maskedCRC(msg) {
			t.Fatalf("message has checksum %08x", sum)
		}
		text = text[16+n:]
		line := ""
		for _, f := range fieldsOfMessage(t, msg) {
			switch f.num {
			case 1:
				if when := math.Float64frombits(f.value.(uint64)); len(got) == 2 && when != 1700000000.5 {
					t.Errorf("wall time %v", when)
				}
			case 2:
				line += fmt.Sprintf("step %d ", f.value)
			case 3:
				line += string(f.value.([]byte))
			case 5:
				for _, v := range fieldsOfMessage(t, f.value.([]byte)) {
					parts := fieldsOfMessage(t, v.value.([]byte))
					line += fmt.Sprintf("%s=%v ", parts[0].value, math.Float32frombits(uint32(parts[1].value.(uint64))))
				}
			case 7:
				line += fmt.Sprint("session ", fieldsOfMessage(t, f.value.([]byte))[0].value)
			}
		}
		got = append(got, line)
	}
	if want := []string{"step 0 brain.Event:2", "step 7 session 1", "step 8 train/loss=1.5 损失=+Inf "}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	// Known values of the masked CRC-32C: of no bytes, and of "123456789" (CRC e3069283).
	if maskedCRC(nil) != 0xa282ead8 || maskedCRC([]byte("123456789")) != (0xe3069283>>15|0xe3069283<<17&0xffffffff)+0xa282ead8&0xffffffff {
		t.Error("masked CRC")
	}
}

// loss.svg is XML that any viewer reads; its text is text, Chinese too, and holes in the curve do no harm.
func TestLossSVG(t *testing.T) {
	var records []Record
	for i := range 5000 {
		r := Record{Step: i + 1, Loss: number(5 / float64(i+1))}
		if i%7 == 0 {
			r.Loss = number(math.NaN())
		}
		records = append(records, r)
		if i%500 == 0 {
			records = append(records, Record{Step: i + 1, Valid: &Metrics{Loss: 4 / float64(i+1)}})
		}
	}
	records = append(records, Record{Step: 5000, Valid: &Metrics{Loss: math.Inf(1)}})
	for name, list := range map[string][]Record{"full": records, "empty": nil, "one": records[1:2], "nothing finite": {{Step: 1, Loss: number(math.NaN())}}} {
		svg, err := lossSVG("唐诗 · embed(64) <&> \"llama\"", list)
		if err != nil {
			t.Fatal(name, err)
		}
		dec := xml.NewDecoder(bytes.NewReader(svg))
		var text strings.Builder
		for {
			tok, err := dec.Token()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if c, ok := tok.(xml.CharData); ok {
				text.Write(c)
			}
		}
		if !strings.Contains(text.String(), "唐诗 · embed(64) <&> \"llama\"") || strings.Contains(string(svg), "NaN") || len(svg) > 1<<20 {
			t.Errorf("%s: %d bytes of SVG, text %.200q", name, len(svg), text.String())
		}
	}
}

// The log of a run that was killed ends with its last whole line; going on cuts off what came after the checkpoint.
func TestRunLog(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run.jsonl")
	l, records, err := openLog(path, 0)
	if err != nil || records != nil {
		t.Fatal(records, err)
	}
	for i := range 5 {
		if err := l.add(Record{Step: i + 1, Loss: number(math.NaN()), GradNorm: number(math.Inf(1)), LR: 0.5, Skipped: i == 2}); err != nil {
			t.Fatal(err)
		}
		if i == 3 {
			if err := l.add(Record{Step: 4, Loss: 2, Valid: &Metrics{Loss: 2, Perplexity: math.Inf(1)}}); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := l.sync(); err != nil {
		t.Fatal(err)
	}
	if err := l.close(); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for cut := range text {
		if err := os.WriteFile(path, text[:cut], 0o666); err != nil {
			t.Fatal(err)
		}
		all, err := ReadLog(path)
		if want := bytes.Count(text[:cut], []byte("\n")); err != nil || len(all) != want {
			t.Fatalf("cut to %d bytes: %d records, want %d; %v", cut, len(all), want, err)
		}
	}
	for _, torn := range []string{"", `{"step":6,"lo`, "{\"step\":6}", "garbage\n{\"step\":1}\n"} {
		for step, want := range map[int]int{0: 0, 1: 1, 3: 3, 4: 5, 5: 6} {
			if err := os.WriteFile(path, append(slices.Clone(text), torn...), 0o666); err != nil {
				t.Fatal(err)
			}
			l, records, err := openLog(path, step)
			if err != nil || len(records) != want {
				t.Fatalf("at step %d: %d records, want %d; %v", step, len(records), want, err)
			}
			if err := l.add(Record{Step: 99, Loss: 1}); err != nil {
				t.Fatal(err)
			}
			if err := l.close(); err != nil {
				t.Fatal(err)
			}
			all, err := ReadLog(path)
			if err != nil || len(all) != want+1 || all[want].Step != 99 {
				t.Errorf("at step %d, after %q: %d records, %v", step, torn, len(all), err)
			}
		}
	}
}

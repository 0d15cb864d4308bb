package data

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
)

// A Summary is what Show tells about a data set.
type Summary struct {
	Info    *Info          `json:"info"`
	Splits  []SplitSummary `json:"splits"`
	Preview []string       `json:"preview"` // the first training examples, one a line
}

// SplitSummary is one split's line.
type SplitSummary struct {
	Name     string `json:"name"`
	Examples int    `json:"examples"`
	Tokens   int    `json:"tokens,omitempty"`  // targets of a language set
	Bytes    int    `json:"bytes,omitempty"`   // of text they stand for
	Classes  []int  `json:"classes,omitempty"` // examples of each class
}

// Summarize reads every split once.
func Summarize(s Splits) (*Summary, error) {
	in := s.Info()
	sum := &Summary{Info: in}
	for name, set := range s.Each {
		line := SplitSummary{Name: name, Examples: set.Len()}
		if in.Task == Classification {
			line.Classes = make([]int, len(in.Classes))
		}
		l := Sequential(set, 256)
		if w, ok := set.(*windows); ok { // its windows for training overlap: count what is there
			line.Tokens, line.Bytes = int(w.t.count[w.split])-1, int(w.t.bytes[w.split])
			sum.Splits = append(sum.Splits, line)
			continue
		}
		for _, b := range l.From(0) {
			if in.Task == Language || in.Task == Translation {
				line.Tokens += b.Count()
				line.Bytes += b.Bytes
			}
			if in.Task == Classification {
				for _, c := range b.Labels {
					line.Classes[c]++
				}
			}
		}
		if err := l.Err(); err != nil {
			return nil, err
		}
		sum.Splits = append(sum.Splits, line)
	}
	var err error
	sum.Preview, err = preview(s.Train, 5)
	return sum, err
}

// preview returns the first n examples, one a line.
func preview(s Set, n int) ([]string, error) {
	in := s.Info()
	index := make([]int, min(n, s.Len()))
	for i := range index {
		index[i] = i
	}
	var b Batch
	if err := s.Read(&b, index, 0); err != nil {
		return nil, err
	}
	var lines []string
	for e := range index {
		var line strings.Builder
		size := volume(in.Input)
		if in.Tokens {
			shown := b.IDs[e*size : e*size+min(size, 64)]
			if in.Task == Translation {
				shown = b.IDs[e*size : e*size+min(in.Source, 64)]
			}
			if in.Picture != nil {
				fmt.Fprintf(&line, "a picture %v", in.Picture)
			} else {
				in.spell(&line, shown)
			}
		} else {
			for k, v := range b.X[e*size : e*size+min(size, 8)] {
				if k > 0 {
					line.WriteByte(' ')
				}
				fmt.Fprintf(&line, "%.4g", v)
			}
			if size > 8 {
				line.WriteString(" …")
			}
		}
		switch in.Task {
		case Classification:
			fmt.Fprintf(&line, " → %s", in.Classes[b.Labels[e]])
		case Translation:
			line.WriteString(" → ")
			t := size - in.Source
			in.spell(&line, b.Labels[e*t:e*t+min(t, 64)])
		case Reading:
			line.WriteString(" → " + in.Said(b.Labels[e*in.Targets:(e+1)*in.Targets]))
		case Regression:
			line.WriteString(" →")
			for _, v := range b.Y[e*in.Targets : (e+1)*in.Targets] {
				fmt.Fprintf(&line, " %.4g", v)
			}
		}
		lines = append(lines, strings.TrimSpace(line.String()))
	}
	return lines, nil
}

// Said is the text of labels of a line (Reading); blanks and what fills up say nothing.
func (in *Info) Said(labels []int32) string {
	var b strings.Builder
	for _, k := range labels {
		if k > 0 && int(k) < len(in.Classes) {
			b.WriteString(in.Classes[k])
		}
	}
	return b.String()
}

// spell writes ids as the set's own symbols, or as numbers; what fills up is left out.
func (in *Info) spell(line *strings.Builder, ids []int32) {
	for _, id := range ids {
		switch {
		case id == Ignore || in.Task == Translation && id < Marks || in.Labelled() && id == Pad:
		case in.Labelled() && in.Vocab == ByteEncoder{}.VocabSize()+1: // what Show reads texts as
			line.WriteByte(byte(id - 1))
		case in.Symbols != nil:
			line.WriteString(strings.ReplaceAll(in.Symbols[id], "\n", "⏎"))
		default:
			fmt.Fprintf(line, "%d ", id)
		}
	}
}

// Show writes a summary of the data set Open would give: its examples, splits, classes, columns, and a first look. Text
// is shown as text.
func Show(w io.Writer, name string, o Options) error {
	var head string
	var s Splits
	var err error
	if IsText(name) {
		c, cerr := OpenText(name, o)
		if cerr != nil {
			return cerr
		}
		for text, terr := range c.Text("train") {
			if terr != nil {
				return terr
			}
			head = string(text[:min(len(text), 400)])
			break
		}
		fmt.Fprintf(w, "%d documents in %d files (%d files are not text), %d bytes\n", c.Documents(""), c.Files, c.Skipped, c.Bytes(""))
		s, err = c.Tokens(o)
	} else {
		s, err = Open(name, o)
	}
	if err != nil {
		return err
	}
	defer s.Close()
	sum, err := Summarize(s)
	if err != nil {
		return err
	}
	if head != "" {
		sum.Preview = strings.Split(strings.ToValidUTF8(head, ""), "\n")
	}
	return sum.write(w)
}

func (s *Summary) write(w io.Writer) error {
	in := s.Info
	fmt.Fprintf(w, "%s: %s\n", in.Name, in.Task)
	fmt.Fprintf(w, "from    %s\n", in.Origin)
	switch {
	case in.Picture != nil:
		fmt.Fprintf(w, "input   pictures %v of %d levels, targets of up to %d token ids below %d\n", in.Picture, Levels, in.Input[0]-in.Source-1, in.Vocab)
	case in.Task == Translation:
		fmt.Fprintf(w, "input   sources of up to %d token ids below %d, targets of up to %d\n", in.Source, in.Vocab, in.Input[0]-in.Source-1)
	case in.Tokens:
		fmt.Fprintf(w, "input   %d token ids below %d\n", in.Input[0], in.Vocab)
	default:
		fmt.Fprintf(w, "input   %v numbers\n", in.Input)
	}
	if len(in.Mean) > 0 {
		fmt.Fprintf(w, "scaled  (pixel/255 − %.4v)/%.4v\n", in.Mean, in.Std)
	}
	fmt.Fprintf(w, "splits  %s\n", in.Rule)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(t, "\texamples")
	switch in.Task {
	case Language:
		fmt.Fprint(t, "\ttokens\tbytes")
	case Translation:
		fmt.Fprint(t, "\ttarget tokens")
	}
	fmt.Fprintln(t, "\t")
	for _, p := range s.Splits {
		fmt.Fprintf(t, "%s\t%d", p.Name, p.Examples)
		switch in.Task {
		case Language:
			fmt.Fprintf(t, "\t%d\t%d", p.Tokens, p.Bytes)
		case Translation:
			fmt.Fprintf(t, "\t%d", p.Tokens)
		}
		fmt.Fprintln(t, "\t")
	}
	t.Flush()
	if in.Columns != nil {
		in.Columns.write(w)
	}
	if in.Task == Classification {
		fmt.Fprintf(w, "\n%d classes, training examples of each:\n", len(in.Classes))
		for c, name := range in.Classes[:min(len(in.Classes), 50)] {
			fmt.Fprintf(w, "  %-16s %d\n", name, s.Splits[0].Classes[c])
		}
	}
	fmt.Fprintln(w)
	for _, line := range s.Preview {
		fmt.Fprintf(w, "  %s\n", line)
	}
	return nil
}

// write tells about each column.
func (cs *Columns) write(w io.Writer) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "\ncolumn\tkind\tmissing\t")
	for i := range cs.Columns {
		c := &cs.Columns[i]
		about := c.Note
		switch c.Kind {
		case Number:
			about = fmt.Sprintf("%.4g to %.4g, mean %.4g, deviation %.4g", c.Min, c.Max, c.Mean, c.Std)
		case Boolean, Category:
			about = strings.Join(c.Categories[:min(len(c.Categories), 6)], ", ")
			if len(c.Categories) > 6 {
				about += fmt.Sprintf(", … (%d)", len(c.Categories))
			}
		}
		if slices.Contains(cs.Targets, i) {
			about = "(target) " + about
		}
		fmt.Fprintf(t, "%s\t%s\t%d\t%s\n", c.Name, c.Kind, c.Missing, about)
	}
	t.Flush()
}

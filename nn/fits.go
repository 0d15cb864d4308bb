package nn

import (
	"fmt"
	"strings"
)

// fits compares the output with what the data want.
func (n *Network) fits(s *Site) error {
	want := n.Input.Outputs
	if in := n.Input; in.Source > 0 && len(n.Out) == 2 && n.Out[0] != in.Shape[0]-in.Source {
		return s.Refuse(OutputMismatch, fmt.Sprintf("the stack gives %s for each example, the data are pairs whose target has %d places", shapeText(n.Out), in.Shape[0]-in.Source), "begin with a block that reads pairs, such as transformer")
	}
	s.at = len([]rune(strings.TrimRight(s.text, " \t\n")))
	if want == 0 {
		return nil
	}
	if n.Input.Line > 0 {
		return n.reads(s)
	}
	got := n.Out
	if s.Vocab > 0 && len(got) == 2 && want == n.Input.Vocab {
		got = got[1:]
	}
	single := want == 2 // two classes may be told apart by one logit
	if len(got) == 1 && (got[0] == want || got[0] == Any || single && got[0] == 1) {
		return nil
	}
	fits := "end in linear, whose size comes from the data"
	if len(got) > 1 && s.Vocab > 0 {
		fits = "put mean before the last linear, to make one vector of each sequence"
	} else if len(got) > 1 {
		fits = "put flatten before the first linear, to make one vector of each example"
	}
	return s.Refuse(OutputMismatch, fmt.Sprintf("the stack gives %s for each example, the data want (%d)", shapeText(n.Out), want), fits)
}

// reads errs unless the output has a score of each symbol at enough places for the longest line: equal neighbours need a place between them.
func (n *Network) reads(s *Site) error {
	need := 2*n.Input.Line - 1
	what := fmt.Sprintf("the stack gives %s for each example, the data are lines and want a sequence of at least %d places, each with (%d)", shapeText(n.Out), need, n.Input.Outputs)
	switch {
	case len(n.Out) != 2:
		return s.Refuse(OutputMismatch, what, "columns makes a sequence of images: conv(16,3) relu maxpool(2) columns lstm(32) linear")
	case n.Out[1] != n.Input.Outputs && n.Out[1] != Any:
		return s.Refuse(OutputMismatch, what, "end in linear, whose size comes from the data")
	case n.Out[0] < need && n.Out[0] != Any:
		return s.Refuse(OutputMismatch, what, "fewer pools and strides before columns leave more places")
	}
	return nil
}

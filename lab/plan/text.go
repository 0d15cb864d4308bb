package plan

import (
	"fmt"
	"strings"
	"text/tabwriter"
)

// String is the plan for people: a paragraph a question.
func (p *Plan) String() string {
	w := &page{}
	p.writeModel(w)
	if p.Status == Unconfirmed {
		p.writeHearsay(w)
		return w.String()
	}
	p.writeOperations(w)
	p.writeMemory(w)
	p.writeHere(w)
	p.writeFleet(w)
	p.writeAdvice(w)
	return w.String()
}

// A page is lines with a word in the margin.
type page struct{ strings.Builder }

// line writes a line whose first word, if any, stands in the margin.
func (w *page) line(word, format string, a ...any) {
	fmt.Fprintf(w, "%-13s%s\n", word, fmt.Sprintf(format, a...))
}

// gap is an empty line.
func (w *page) gap() { w.WriteByte('\n') }

// table writes rows of cells, aligned, under a word in the margin.
func (w *page) table(word string, rows [][]string) {
	var b strings.Builder
	t := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, r := range rows {
		fmt.Fprintln(t, strings.Join(r, "\t"))
	}
	t.Flush()
	for l := range strings.Lines(b.String()) {
		w.line(word, "%s", strings.TrimRight(l, " \n"))
		word = ""
	}
}

func (p *Plan) writeModel(w *page) {
	w.line("model", "%s", p.Name)
	if m := p.Published; m != nil {
		w.line("", "%d; %s", m.Year, m.Source)
		if m.Note != "" {
			w.line("", "%s", m.Note)
		}
	}
	if p.Stack != "" && p.Stack != p.Name {
		w.line("stack", "%s", p.Stack)
	}
	if s := p.Shape; s != nil {
		w.line("shape", "%s", s)
	}
	if p.Status == Unconfirmed {
		return
	}
	w.gap()
	label := ""
	if m := p.Published; m != nil && m.Estimate {
		label = ", an estimate"
	}
	w.line("parameters", "%s%s", commas(p.Total), label)
	if q := p.Params; q != nil {
		if q.Active < q.Total {
			w.line("", "%s that a token goes through", commas(q.Active))
		}
		w.line("", "%s without embeddings%s, %s in the blocks", commas(q.NonEmbedding()), tiedText(p.Shape), commas(q.Body()))
		rows := [][]string{{"embedding", commas(q.Embedding)}}
		if q.Positions > 0 {
			rows = append(rows, []string{"places", commas(q.Positions)})
		}
		rows = append(rows, []string{"attention", commas(q.Attention)}, []string{"feed-forward", commas(q.FeedForward)})
		if q.Router > 0 {
			rows = append(rows, []string{"router", commas(q.Router)})
		}
		w.table("", append(rows, []string{"norms", commas(q.Norms)}, []string{"head", headText(p.Shape, q)}))
	}
}

func tiedText(s *Shape) string {
	if s.Tied {
		return ""
	}
	return " (its head is counted)"
}

func headText(s *Shape, q *Params) string {
	if q.Head == 0 && s.Tied {
		return "0 (the embedding's matrix)"
	}
	return commas(q.Head)
}

// String is the shape in a line.
func (s Shape) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d %s of width %d, %d %s", s.Layers, plural(s.Layers, "layer"), s.Width, s.Heads, plural(s.Heads, "head"))
	if s.KVHeads != s.Heads {
		fmt.Fprintf(&b, " (%d of keys)", s.KVHeads)
	}
	if l := s.Latent; l != nil {
		fmt.Fprintf(&b, " of %d + %d through latent vectors of %d and %d", l.Nope, l.Rope, l.QRank, l.KVRank)
	} else {
		fmt.Fprintf(&b, " of %d", s.HeadDim)
	}
	if s.FF > 0 {
		fmt.Fprintf(&b, ", feed-forward %d", s.FF)
	}
	if e := s.Experts; e != nil {
		fmt.Fprintf(&b, ", %d experts of %d, %d active", e.Count, e.FF, e.Active)
		if e.Shared > 0 {
			fmt.Fprintf(&b, " and %d shared", e.Shared)
		}
		if e.Dense > 0 {
			fmt.Fprintf(&b, ", the first %d layers dense", e.Dense)
		}
	}
	fmt.Fprintf(&b, ", vocabulary %d", s.Vocab)
	if s.Context > 0 {
		fmt.Fprintf(&b, ", context %d", s.Context)
	}
	return b.String()
}

func (p *Plan) writeHearsay(w *page) {
	r := p.Published.Reported
	w.gap()
	w.line("figures", "%s: nothing of this is from its makers", Unconfirmed)
	w.table("", [][]string{
		{"parameters", "about " + short3(r.Total) + ", about " + short3(r.Active) + " active", Unconfirmed},
		{"layers", fmt.Sprint(r.Layers), Unconfirmed},
		{"tokens", "about " + short3(p.Tokens), orElse(p.Chosen, "as asked for")},
		{"6·N·D", fmt.Sprintf("about %s FLOPs, if these hold", strings.Replace(fmt.Sprintf("%.0e", p.SixND), "e+", "e", 1)), Unconfirmed},
	})
	w.line("", "what rests on shapes (memory, time, split) cannot be planned")
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

func (p *Plan) writeOperations(w *page) {
	if p.Tokens == 0 {
		if p.perUnit > 0 {
			w.gap()
			w.line("training", "%s FLOPs an example, counted; --tokens says how many examples", short3(p.perUnit))
		}
		return
	}
	w.gap()
	why := ""
	if p.Chosen != "" {
		why = " (" + p.Chosen + ")"
	}
	if p.Unit != "tokens" {
		w.line("training", "%s %s%s", short3(p.Tokens), p.Unit, why)
		w.line("", "%s FLOPs, counted by a pass that computes nothing", science(p.Executed))
		return
	}
	active := float64(p.Total)
	if p.Params != nil {
		active = float64(p.Params.Active)
	}
	w.line("training", "%s tokens%s, %s for each parameter, in sequences of %d", short3(p.Tokens), why, trim3(p.Tokens/active), p.Context)
	rows := [][]string{{fmt.Sprintf("%s FLOPs", science(p.SixND)), "6·N·D", "N all parameters a token goes through"}}
	if p.Model > 0 {
		rows = append(rows, []string{fmt.Sprintf("%s FLOPs", science(p.Model)), "with attention", "6·N + 12·L·H·D·T a token, N of the matrices (PaLM, appendix B)"})
	}
	if p.Formula > 0 && p.Stack != "" {
		rows = append(rows, []string{fmt.Sprintf("%s FLOPs", science(p.Formula)), "as executed here", "by formula: what is masked is not computed, norms and activations are"})
	}
	if p.Executed > 0 {
		how := "counted by a pass that computes nothing"
		if p.Formula > 0 {
			how += fmt.Sprintf(": %+.2f %% of the formula", 100*(p.Executed/p.Formula-1))
		}
		rows = append(rows, []string{fmt.Sprintf("%s FLOPs", science(p.Executed)), "as executed here", how})
	}
	w.table("", rows)
}

func (p *Plan) writeMemory(w *page) {
	if m := p.Engine; m != nil {
		w.gap()
		what := "sequences of " + fmt.Sprint(p.Context)
		if p.Unit != "tokens" {
			what = "examples"
		}
		w.line("memory here", "%s to train with %s, a batch of %d %s in f32, %s", bytesText(m.Total(p.recompute)), p.Optimizer, m.Sequences, what, m.How)
		w.line("", "weights %s, gradients %s, optimizer %s, activations %s, batches %s", bytesText(m.Weights), bytesText(m.Gradients), bytesText(m.Optimizer), bytesText(m.Activations), bytesText(m.Batches))
		if m.Recomputed < m.Activations {
			w.line("", "%s with --recompute, which leaves activations of %s", bytesText(m.Total(true)), bytesText(m.Recomputed))
		}
	}
	if p.Shape == nil {
		return
	}
	w.gap()
	rows := [][]string{{"memory to train", "weights", "gradients", "optimizer", "activations", "recomputed", "together"}}
	for _, prec := range precisions {
		m := p.Memory[prec]
		rows = append(rows, []string{string(prec) + mixedText(prec), bytesText(m.Weights), bytesText(m.Gradients), bytesText(m.Optimizer), bytesText(m.Activations), bytesText(m.Recomputed), bytesText(m.Total(p.recompute))})
	}
	w.table("memory", rows)
	w.line("", "of one sequence of %d; activations %s", p.Context, p.Memory[F32].How)
	w.line("", "to run: weights of %s in f32, %s in bf16, %s in 8 bits, %s in 4 bits", bytesText(p.Weights[F32]), bytesText(p.Weights[BF16]), bytesText(p.Weights[Int8]), bytesText(p.Weights[Int4]))
	w.line("", "keys and values in bf16: %s a token, %s a sequence of %d", bytesText(p.Cache), bytesText(p.Cache*float64(p.Context)), p.Context)
}

func mixedText(p Precision) string {
	if p == BF16 {
		return " + f32 copy"
	}
	return ""
}

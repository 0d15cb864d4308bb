package plan

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// A Rung is a model of the lecture's ladder of GPTs.
type Rung struct {
	Name       string  `json:"name"`
	Year       int     `json:"year"`
	Layers     int     `json:"layers"`
	Width      int     `json:"width,omitempty"` // 0 where it is not disclosed, as below
	Heads      int     `json:"heads,omitempty"`
	Context    int     `json:"context"`
	Parameters float64 `json:"parameters"` // exact but for a Status
	Exact      int     `json:"exact,omitempty"`
	Tokens     float64 `json:"tokens,omitempty"`
	FLOPs      float64 `json:"flops,omitempty"` // 6·N·D
	Weights    float64 `json:"weights"`         // bytes in bf16
	Status     string  `json:"status,omitempty"`
}

// Ladder is GPT-1, 2 and 3, from their papers, and GPT-4, of which nothing is confirmed but its context.
func Ladder() (list []Rung) {
	for _, name := range []string{"GPT-1", "GPT-2 XL", "GPT-3 175B", "GPT-4"} {
		m, _ := FindModel(name)
		r := Rung{Name: m.Name, Year: m.Year, Tokens: m.Tokens}
		if s := m.Shape; s != nil {
			r.Layers, r.Width, r.Heads, r.Context = s.Layers, s.Width, s.Heads, s.Context
			r.Exact = s.Params().Total
			r.Parameters = float64(r.Exact)
			r.FLOPs = s.SixN() * m.Tokens
		} else {
			r.Layers, r.Parameters, r.Status, r.Context = m.Reported.Layers, m.Reported.Total, Unconfirmed, 8192
			r.FLOPs = 6 * m.Reported.Active * m.Tokens
		}
		r.Weights = weightBytes(BF16) * r.Parameters
		list = append(list, r)
	}
	return list
}

// WriteLadder writes the ladder for people.
func WriteLadder(to io.Writer, list []Rung) error {
	w := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "model\tyear\tlayers\twidth\theads\tcontext\tparameters\ttokens\t6·N·D FLOPs\tweights in bf16\t")
	about := func(s, status string) string {
		if status != "" {
			return "~" + s
		}
		return s
	}
	for _, r := range list {
		params := commas(r.Exact)
		if r.Exact == 0 {
			params = "~" + short3(r.Parameters)
		}
		flops := "–"
		if r.FLOPs > 0 {
			flops = science(r.FLOPs)
			if r.Status != "" {
				flops = strings.Replace(fmt.Sprintf("~%.0e", r.FLOPs), "e+", "e", 1)
			}
		}
		status := r.Status
		fmt.Fprintf(w, "%s\t%d\t%s\t%s\t%s\t%d\t%s\t%s\t%s\t%s\t%s\n", r.Name, r.Year, about(fmt.Sprint(r.Layers), status), orDash(r.Width), orDash(r.Heads), r.Context,
			params, about(orNone(r.Tokens), status), flops, about(bytesText(r.Weights), status), status)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprint(to, `
The block stays: attention, a feed-forward layer of 4·width, norms and sums. What changes is how often it stands there and how wide it is:
12 blocks of 768, 48 of 1600, 96 of 12288. Parameters grow with layers × width², 12 of each (`+"`brick inspect gpt2`"+`, `+"`brick inspect gpt3`"+`).
GPT-1's and GPT-2's papers do not say how many tokens they were trained on. Of GPT-4 no size was disclosed: its row is `+Unconfirmed+`,
said to be a mixture of 16 experts of which 2 are active; only its context is official.
`)
	return err
}

func orDash(n int) string {
	if n == 0 {
		return "–"
	}
	return fmt.Sprint(n)
}

func orNone(v float64) string {
	if v == 0 {
		return "not stated"
	}
	return short3(v)
}

// WriteHardware writes the table of accelerators for people.
func WriteHardware(to io.Writer) error {
	w := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "name\tbf16\tf32\tmemory\tread\tpower\tlink\tnetwork\tsource")
	for _, h := range Accelerators {
		f32, watts := "–", "–"
		if h.F32 > 0 {
			f32 = rateText(h.F32)
		}
		if h.Watts > 0 {
			watts = fmt.Sprintf("%.0f W", h.Watts)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%.0f GB\t%s GB/s\t%s\t%.0f GB/s\t%s GB/s\t%s: %s\n", h.Name, rateText(h.BF16), f32, h.Memory/1e9, trim3(h.Read/1e9), watts, h.Link/1e9, trim3(h.Net/1e9), h.About, h.Source)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprint(to, "\nPeaks are dense. A link is what one sends within a node; the network is what is usual beyond it, and no part of the accelerator.\n`this` is this machine, which is measured.\n")
	return err
}

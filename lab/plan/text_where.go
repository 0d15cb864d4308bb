package plan

import (
	"fmt"
	"math"
)

func (p *Plan) writeHere(w *page) {
	h := p.Here
	if h == nil {
		return
	}
	w.gap()
	free := ""
	if h.Available > 0 {
		free = ", " + bytesText(h.Available) + " of memory left"
	}
	w.line("this machine", "%s, %d %s%s", h.CPU, h.Cores, plural(h.Cores, "core"), free)
	unit := p.Unit
	if r := h.Measured; r != nil {
		what := "steps of this model, batch"
		if !r.Planned {
			what = "steps of " + r.Stack + ", batch"
		}
		length := ""
		if r.Context > 0 {
			length = fmt.Sprintf(" × %d", r.Context)
		}
		w.line("", "measured: %d %s %d%s: %s a step, %s executed", r.Steps, what, r.Batch, length, timeText(r.Seconds), rateText(r.FLOPs))
		if !r.Planned && p.Stack == "" {
			w.line("", "of LLaMA's block, as the engine has none of this model's")
		} else if !r.Planned {
			w.line("", "a smaller one of the same block, of which the rate is taken")
		}
	}
	switch r := h.Measured; {
	case h.Verdict != "":
		w.line("", "not here: %s", h.Verdict)
		if h.Seconds > 0 && h.Tight {
			w.line("", "and at that rate its operations alone would take %s", timeText(h.Seconds))
		}
		if a := h.Able; a != nil {
			w.line("", "in %.0f days it trains about %s parameters on %s tokens, 20 for each", a.Days, short3(a.Parameters), short3(a.Tokens))
		}
	case r == nil && h.Untimed != "":
		w.line("", "not timed: %s", h.Untimed)
	case r == nil:
		w.line("", "not timed")
	case h.Seconds > 0:
		w.line("", "%s for %s %s: %s %s a second", timeText(h.Seconds), short3(p.Tokens), unit, short3(h.Rate), unit)
		if h.Evaluate > 0 {
			w.line("", "and %s for the ten evaluations that brick train makes", timeText(h.Evaluate))
		}
	default:
		w.line("", "%s %s a second", short3(h.Rate), unit)
	}
}

func plural(n int, word string) string {
	if n == 1 {
		return word
	}
	return word + "s"
}

func (p *Plan) writeFleet(w *page) {
	f := p.Fleet
	if f == nil {
		return
	}
	h := f.Hardware
	w.gap()
	w.line(h.Name, "%s: %s in %s, %.0f GB, %s GB/s from memory%s", h.About, rateText(h.Peak(f.Precision)), f.Precision, h.Memory/1e9, trim3(h.Read/1e9), wattsText(h))
	w.line("", "%s", h.Source)
	if f.Verdict != "" {
		w.line("", "impossible: %s", f.Verdict)
	} else {
		chosen := ""
		if f.Chosen != "" {
			chosen = ", " + f.Chosen
		}
		w.line("train", "%s %s%s: %s %s a second", commas(f.Count), plural(f.Count, "accelerator"), chosen, short3(f.Rate), p.Unit)
		if f.Seconds > 0 {
			w.line("", "%s for %s %s at %.0f %% of the peak%s%s", timeText(f.Seconds), short3(p.Tokens), p.Unit, 100*f.MFU, f.mostText(), f.energyText())
		}
	}
	if s := f.Split; s != nil {
		w.line("", "data %d × tensor %d × pipeline %d; %d sequences a step, %d at a time in %d turns%s", s.Data, s.Tensor, s.Pipeline, f.Batch, s.MicroBatch, s.MicroBatches, recomputeText(s.Recompute))
		w.line("", "%s on the fullest of %.0f GB (%s)%s", bytesText(s.Memory), h.Memory/1e9, bytesText(h.Memory), shardedText(s.Sharded))
		w.line("", "besides computing it loses %s (stages wait %s, tensor all-reduce %s, gradients %s, between stages %s),", percent(s.lost()), percent(s.Bubble), percent(s.Reduce), percent(s.Gradients), percent(s.Stages))
		w.line("", "if nothing overlaps and links carry %s GB/s in a node of %d, %s GB/s beyond; the utilisation above includes that", trim3(h.Link/1e9), h.Node, trim3(h.Net/1e9))
	}
	for i, r := range f.Serving {
		word := ""
		if i == 0 {
			word = "run"
		}
		n := r.Tensor * r.Pipeline
		w.line(word, "%s: %d %s (tensor %d × pipeline %d) for %s of weights and %s of keys and values; at most %s tokens a second",
			r.Precision, n, plural(n, "accelerator"), r.Tensor, r.Pipeline, bytesText(r.Weights), bytesText(r.Cache), short3(r.Fastest))
	}
	if len(f.Serving) > 0 {
		w.line("", "one sequence of %d; every token reads the weights it goes through and its cache once", p.Context)
	} else if p.Shape != nil {
		w.line("run", "no split holds weights and cache")
	}
}

func wattsText(h Hardware) string {
	if h.Watts == 0 {
		return ""
	}
	return fmt.Sprintf(", %.0f W", h.Watts)
}

func (f *Fleet) energyText() string {
	if f.Joules == 0 {
		return "; its power is not published"
	}
	return fmt.Sprintf(", %s at full power, without cooling and hosts", energyText(f.Joules))
}

// mostText says that a split keeps the utilisation below what was asked for.
func (f *Fleet) mostText() string {
	if f.Split != nil && f.Split.total()*f.MFU > 0.999*reachable {
		return ", the most that this split reaches"
	}
	return ""
}

func recomputeText(yes bool) string {
	if yes {
		return ", blocks computed again"
	}
	return ""
}

func shardedText(yes bool) string {
	if yes {
		return ", the optimizer's state spread over the copies (ZeRO-1)"
	}
	return ""
}

// percent writes a share; what is far above all is a factor.
func percent(v float64) string {
	if v > 9.995 {
		return fmt.Sprintf("%.0f ×", v)
	}
	return fmt.Sprintf("%.*f %%", map[bool]int{true: 0, false: 1}[v >= 0.0995], 100*v)
}

// fittedFrom is about the smallest model that Hoffmann et al. 2022 trained, in parameters.
const fittedFrom = 4e7

func (p *Plan) writeAdvice(w *page) {
	if len(p.Advice) == 0 {
		return
	}
	w.gap()
	n := float64(p.Total)
	if p.Params != nil {
		n = float64(p.Params.Active)
	}
	rows := [][]string{{"law", "tokens for this size", "a parameter", "best for this compute", "a parameter", "loss planned"}}
	for _, a := range p.Advice {
		loss := "–"
		if a.Loss > 0 && n >= fittedFrom {
			loss = fmt.Sprintf("%.3f", a.Loss)
		}
		rows = append(rows, []string{a.Law, short3(a.Tokens), trim3(a.Tokens / n), short3(a.Size) + " on " + short3(a.For), trim3(a.For / a.Size), loss})
	}
	w.table("optimal", rows)
	if n < fittedFrom {
		w.line("", "The laws were fitted to models of some ten million parameters and more: for this size they are stretched far.")
	}
	rounded, refit := Contradiction()
	if !math.IsNaN(rounded) && !math.IsNaN(refit) {
		w.line("", "At Chinchilla's 5.88e23 FLOPs, 20 tokens a parameter, the constants that Hoffmann et al. print for approach 3, rounded, ask for %.0f:", rounded)
		w.line("", "they contradict their own rule; Besiroglu et al.'s refit of 2024 asks for %.0f. Loss is of each law's own text.", refit)
	}
}

package lab

import (
	"fmt"
	"strconv"
	"time"
)

// A Budget is what a sweep may cost: seconds on this machine, or floating-point operations of training; the other is 0.
type Budget struct {
	Seconds float64 `json:"seconds,omitempty"`
	FLOPs   float64 `json:"flops,omitempty"`
}

// ParseBudget reads a time such as 30m or 1h30m, or a number of floating-point operations such as 1e15.
func ParseBudget(text string) (Budget, error) {
	if d, err := time.ParseDuration(text); err == nil && d > 0 && d <= 10000*time.Hour {
		return Budget{Seconds: d.Seconds()}, nil
	}
	if v, err := strconv.ParseFloat(text, 64); err == nil && v >= 1e9 && v <= 1e30 {
		return Budget{FLOPs: v}, nil
	}
	return Budget{}, fmt.Errorf("lab: budget %q is neither a time such as 30m or 2h nor a number of floating-point operations from 1e9 to 1e30, such as 1e15", text)
}

// String is the budget as ParseBudget reads it.
func (b Budget) String() string {
	if b.Seconds > 0 {
		return shortDuration(b.Seconds)
	}
	return strconv.FormatFloat(b.FLOPs, 'g', 4, 64)
}

// shortDuration writes 1800 as 30m and 75 as 1m15s.
func shortDuration(seconds float64) string {
	d := time.Duration(seconds * float64(time.Second)).Round(time.Second)
	h, m, s := int(d.Hours()), int(d.Minutes())%60, int(d.Seconds())%60
	out := ""
	for _, p := range []struct {
		n    int
		unit string
	}{{h, "h"}, {m, "m"}, {s, "s"}} {
		if p.n > 0 {
			out += strconv.Itoa(p.n) + p.unit
		}
	}
	if out == "" {
		return "0s"
	}
	return out
}

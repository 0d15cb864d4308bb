package report

import (
	"math"
	"strconv"
	"strings"

	"gonum.org/v1/plot"
)

// short writes a number of parameters or tokens in three digits: 950, 12.3k, 1.05M, 175B.
func short(x float64) string {
	if x < 0 {
		return "−" + short(-x)
	}
	for _, u := range []struct {
		unit float64
		name string
	}{{1e12, "T"}, {1e9, "B"}, {1e6, "M"}, {1e3, "k"}} {
		if x >= 0.9995*u.unit {
			return digits(x/u.unit) + u.name
		}
	}
	return digits(x)
}

// digits writes x in three digits, without zeros that say nothing.
func digits(x float64) string {
	if x == 0 || math.IsInf(x, 0) || math.IsNaN(x) {
		return strconv.FormatFloat(x, 'g', -1, 64)
	}
	decimals := max(0, 2-int(math.Floor(math.Log10(math.Abs(x)))))
	s := strconv.FormatFloat(x, 'f', decimals, 64)
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	return strings.Replace(s, "-", "−", 1)
}

// power writes a number as 3·10¹⁵.
func power(x float64) string {
	e := int(math.Floor(math.Log10(x) + 1e-9))
	m := digits(x / math.Pow(10, float64(e)))
	up := strings.NewReplacer("0", "⁰", "1", "¹", "2", "²", "3", "³", "4", "⁴", "5", "⁵", "6", "⁶", "7", "⁷", "8", "⁸", "9", "⁹", "-", "⁻").Replace(strconv.Itoa(e))
	if m == "1" {
		return "10" + up
	}
	return m + "·10" + up
}

// logTicks marks a logarithmic axis at 1, 3 or 1, 2, 5 of each decade, as many as fit, and the rest without labels.
func logTicks(label func(float64) string) plot.Ticker {
	return plot.TickerFunc(func(lo, hi float64) []plot.Tick {
		span := math.Log10(hi / lo)
		named := map[int]bool{1: true}
		switch {
		case span < 1.2:
			named = map[int]bool{1: true, 2: true, 3: true, 5: true, 7: true}
		case span < 2:
			named = map[int]bool{1: true, 2: true, 5: true}
		case span < 4.5:
			named = map[int]bool{1: true, 3: true}
		}
		var ticks []plot.Tick
		for e := math.Floor(math.Log10(lo)); e <= math.Ceil(math.Log10(hi)); e++ {
			for d := 1; d <= 9; d++ {
				v := float64(d) * math.Pow(10, e)
				if v < lo*(1-1e-9) || v > hi*(1+1e-9) {
					continue
				}
				t := plot.Tick{Value: v}
				if named[d] {
					t.Label = label(v)
				}
				ticks = append(ticks, t)
			}
		}
		return ticks
	})
}

// evenTicks marks an axis, logarithmic or not, at about n round values that are evenly spaced.
func evenTicks(n int, label func(v, step float64) string) plot.Ticker {
	return plot.TickerFunc(func(lo, hi float64) []plot.Tick {
		step := math.Pow(10, math.Floor(math.Log10((hi-lo)/float64(n))))
		for _, m := range []float64{1, 2, 2.5, 5, 10} {
			if (hi-lo)/(m*step) <= float64(n) {
				step *= m
				break
			}
		}
		var ticks []plot.Tick
		for k := math.Ceil(lo/step - 1e-9); k*step <= hi+1e-9*step; k++ {
			ticks = append(ticks, plot.Tick{Value: k * step, Label: label(k*step, step)})
		}
		return ticks
	})
}

// plain writes v with as many decimals as a step needs.
func plain(v, step float64) string {
	decimals := 0
	for s := step; decimals < 6 && math.Abs(s-math.Round(s)) > 1e-6; decimals++ {
		s *= 10
	}
	if v == 0 {
		v = 0 // not −0
	}
	return strings.Replace(strconv.FormatFloat(v, 'f', decimals, 64), "-", "−", 1)
}

// percent writes a share of one hundred with its sign.
func percent(v, step float64) string {
	if v-v != 0 {
		return "–"
	}
	s := plain(v, step)
	switch {
	case strings.Trim(s, "−0.") == "":
		s = strings.TrimPrefix(s, "−") // nothing has no sign
	case v > 0:
		s = "+" + s
	}
	return s + "\u00a0%"
}

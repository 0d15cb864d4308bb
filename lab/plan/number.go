package plan

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"brick/model"
)

// suffixes are the letters after a number of tokens.
var suffixes = []struct {
	letter string
	by     float64
}{{"T", 1e12}, {"B", 1e9}, {"G", 1e9}, {"M", 1e6}, {"K", 1e3}}

// ParseTokens reads a number of tokens such as 1M, 300B, 1.5T or 2000000; 20x is twenty for each of n parameters. An error says what
// would fit.
func ParseTokens(text string, n float64) (float64, error) {
	s, by := strings.ToUpper(strings.ReplaceAll(strings.TrimSpace(text), "_", "")), 1.0
	if t, ok := strings.CutSuffix(s, "X"); ok {
		s, by = t, n
	} else {
		for _, f := range suffixes {
			if t, ok := strings.CutSuffix(s, f.letter); ok {
				s, by = t, f.by
				break
			}
		}
	}
	v, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	if err != nil || strings.HasPrefix(s, "0X") || !(v*by >= 1) || v*by > 1e18 {
		return 0, fmt.Errorf("%q is no number of tokens; want a number such as 1M, 300B or 1.5T, at most 1e18, or 20x for twenty a parameter", text)
	}
	return v * by, nil
}

// short3 writes a number with three digits and a letter: 300B, 1.5T, 117M.
func short3(v float64) string {
	for _, f := range []struct {
		letter string
		by     float64
	}{{"T", 1e12}, {"B", 1e9}, {"M", 1e6}, {"k", 1e3}} {
		if v >= f.by*0.9995 && v < 1e16 {
			return trim3(v/f.by) + f.letter
		}
	}
	if v >= 1e16 {
		return science(v)
	}
	return trim3(v)
}

// trim3 is a number with three digits, or all before the point.
func trim3(v float64) string {
	if math.Abs(v) >= 999.5 {
		return fmt.Sprintf("%.0f", v)
	}
	return strconv.FormatFloat(v, 'g', 3, 64)
}

// science writes 3.14e23.
func science(v float64) string {
	return strings.Replace(fmt.Sprintf("%.3g", v), "e+", "e", 1)
}

// commas writes 124,439,808.
func commas(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// bytesText writes a number of bytes the way people read it.
func bytesText(v float64) string {
	if v < 1<<60 {
		return model.Bytes(int(v))
	}
	return fmt.Sprintf("%.3g bytes", v)
}

// places is how many digits after the point make three, at most two.
func places(v float64) int {
	switch {
	case v < 9.995:
		return 2
	case v < 99.95:
		return 1
	}
	return 0
}

// timeText writes seconds the way people say them.
func timeText(s float64) string {
	const day, year = 86400, 365.25 * 86400
	switch {
	case s < 1:
		return fmt.Sprintf("%.3g s", s)
	case s < 90:
		return fmt.Sprintf("%.*f s", min(places(s), 1), s)
	case s < 90*60:
		return fmt.Sprintf("%.0f min %02.0f s", math.Floor(s/60), math.Floor(math.Mod(s, 60)))
	case s < 48*3600:
		return fmt.Sprintf("%.1f hours", s/3600)
	case s < 2*year:
		return fmt.Sprintf("%.*f days", min(places(s/day), 1), s/day)
	case s < 1000*year:
		return fmt.Sprintf("%.*f years", min(places(s/year), 1), s/year)
	}
	return short3(s/year) + " years"
}

// energyText writes joules in the hours that a meter counts.
func energyText(joules float64) string {
	wh := joules / 3600
	for _, u := range []struct {
		name string
		by   float64
	}{{"TWh", 1e12}, {"GWh", 1e9}, {"MWh", 1e6}, {"kWh", 1e3}} {
		if wh >= u.by {
			return fmt.Sprintf("%s %s", trim3(wh/u.by), u.name)
		}
	}
	return fmt.Sprintf("%s Wh", trim3(wh))
}

// rateText writes operations a second.
func rateText(v float64) string {
	for _, u := range []struct {
		name string
		by   float64
	}{{"EFLOP/s", 1e18}, {"PFLOP/s", 1e15}, {"TFLOP/s", 1e12}, {"GFLOP/s", 1e9}, {"MFLOP/s", 1e6}} {
		if v >= u.by {
			return fmt.Sprintf("%s %s", trim3(v/u.by), u.name)
		}
	}
	return fmt.Sprintf("%s FLOP/s", trim3(v))
}

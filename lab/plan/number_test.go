package plan

import (
	"math"
	"strings"
	"testing"
)

func TestParseTokens(t *testing.T) {
	for text, want := range map[string]float64{"1M": 1e6, "300B": 300e9, "1.5T": 1.5e12, "1.5t": 1.5e12, "2000000": 2e6, "20x": 2000, "20 x": 2000, "1e9": 1e9, " 5k ": 5e3, "1_000": 1000, "3G": 3e9} {
		if got, err := ParseTokens(text, 100); err != nil || math.Abs(got/want-1) > 1e-12 {
			t.Errorf("%q is %g, %v; want %g", text, got, err, want)
		}
	}
	for _, text := range []string{"", "M", "x", "-1M", "0", "NaN", "Inf", "1e30", "1MB", "0x20", "many", "1.2.3", "0.001"} {
		if got, err := ParseTokens(text, 100); err == nil || !strings.Contains(err.Error(), "want a number such as 1M") {
			t.Errorf("%q is %g, %v; want an error that says what would fit", text, got, err)
		}
	}
}

func TestTexts(t *testing.T) {
	for _, c := range [][2]string{
		{short3(300e9), "300B"}, {short3(1.5e12), "1.5T"}, {short3(117.2e6), "117M"}, {short3(999.9e6), "1B"}, {short3(512), "512"}, {short3(3.14e23), "3.14e23"},
		{commas(124439808), "124,439,808"}, {commas(12), "12"}, {commas(-1234), "-1,234"},
		{timeText(0.01234), "0.0123 s"}, {timeText(23.04), "23.0 s"}, {timeText(61 * 60), "61 min 00 s"}, {timeText(36000), "10.0 hours"}, {timeText(86400 * 10), "10.0 days"}, {timeText(3.2e9), "101 years"}, {timeText(3.2e13), "1.01M years"},
		{energyText(3.6e12), "1 GWh"}, {energyText(3600), "1 Wh"}, {rateText(312e12), "312 TFLOP/s"}, {rateText(5), "5 FLOP/s"},
		{bytesText(1536), "1.50 KiB"}, {bytesText(1e30), "1e+30 bytes"}, {percent(0.123), "12 %"}, {percent(0.0123), "1.2 %"}, {percent(20), "20 ×"},
	} {
		if c[0] != c[1] {
			t.Errorf("%q, want %q", c[0], c[1])
		}
	}
}

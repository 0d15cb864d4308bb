package solve

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"
)

// String writes the ends with 17 digits.
func (a Interval) String() string { return a.Text(17) }

// Text writes the ends with so many significant decimal digits (1–17), rounded
// outwards: the decimals shown enclose a.
func (a Interval) Text(digits int) string {
	return "[" + decimal(a.Lo, digits, -1) + ", " + decimal(a.Hi, digits, 1) + "]"
}

// decimal writes x as a decimal number not above it (side −1) or not below it (side 1).
func decimal(x float64, digits int, side int64) string {
	if !finite(x) {
		return fmt.Sprint(x)
	}
	if x == 0 {
		return "0"
	}
	// x ≈ m·10^q with m of the given number of digits, nearest; then to the side asked for.
	mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(x, 'e', min(max(digits, 1), 17)-1, 64), "e")
	whole, fraction, _ := strings.Cut(mantissa, ".")
	m, _ := strconv.ParseInt(whole+fraction, 10, 64)
	e, _ := strconv.Atoi(exponent)
	q := e - len(fraction)
	shown, _ := new(big.Rat).SetString(fmt.Sprintf("%de%d", m, q))
	if shown.Cmp(new(big.Rat).SetFloat64(x))*int(side) < 0 {
		m += side
	}
	if m == 0 {
		return "0"
	}
	for m%10 == 0 {
		m, q = m/10, q+1
	}
	return positional(m, q)
}

// positional writes m·10^q, with an exponent only where plain digits would be long.
func positional(m int64, q int) string {
	sign := ""
	if m < 0 {
		sign, m = "-", -m
	}
	digits := strconv.FormatInt(m, 10)
	switch lead := len(digits) + q; { // digits before the decimal point
	case lead < -3 || lead > 17:
		text := digits[:1]
		if len(digits) > 1 {
			text += "." + digits[1:]
		}
		return fmt.Sprintf("%s%se%+03d", sign, text, lead-1)
	case lead <= 0:
		return sign + "0." + strings.Repeat("0", -lead) + digits
	case q >= 0:
		return sign + digits + strings.Repeat("0", q)
	default:
		return sign + digits[:lead] + "." + digits[lead:]
	}
}

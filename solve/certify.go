package solve

import (
	"errors"
	"fmt"
	"math"
	"strings"
)

// Claim states that f has exactly one critical point x₀ (f′(x₀) = 0) in Domain,
// and that Below < f(x₀) < Above.
type Claim struct {
	F      Function
	Domain Interval // f′ has opposite signs at its ends; an open end at which f′ is infinite is fine

	Below, Above         Interval // enclosures of the two bounds
	BelowName, AboveName string   // as they are to be printed: "e⁻²"

	Width float64 // how narrowly to enclose x₀, ≥ 1e-14; 0 means 1e-10
}

// Line is one inequality of a certificate, with the interval that proves it.
type Line struct {
	Quantity string   // what is enclosed: "f′(a)"
	Value    Interval // its enclosure
	Relation string   // what is to be proved of it: "> 0"
	Holds    bool     // whether Value proves it
	Digits   int      // how many digits of Value the printed line shows
	Hence    string   // what follows from the lines so far
}

// Certificate is a proof by interval arithmetic, line by line.
type Certificate struct {
	Claim Claim
	Root  Interval // encloses x₀
	Value Interval // encloses f(x₀)
	Lines []Line
}

// ErrNotCertified reports that an inequality could not be proved; the
// certificate beside it shows which.
var ErrNotCertified = errors.New("not certified")

const mostPieces = 4096 // subintervals for the sign of f′ over an interval

// Certify proves c, or says which inequality it could not prove:
//
//  1. the sign of f′ at both ends of a narrow bracket, found by bisecting
//     Domain on certain signs: a root x₀ lies between (Bolzano)
//  2. f″ ≠ 0 on the bracket: no other root in it
//  3. f′ ≠ 0 on the rest of Domain, piece by piece: no other root at all
//  4. f(x₀) ∈ f(m) + f′(bracket)·(bracket − m), m its middle (mean value form)
//  5. Below < f(x₀) < Above
//
// Each is decided on enclosures rounded outwards; all that is trusted is
// IEEE 754 arithmetic and [LibraryULP].
func Certify(c Claim) (*Certificate, error) {
	if c.Width == 0 {
		c.Width = 1e-10
	}
	if !(c.Width >= 1e-14) || !finite(c.Domain.Lo) || !finite(c.Domain.Hi) || !(c.Domain.Lo < c.Domain.Hi) {
		return nil, fmt.Errorf("solve: certify: width %v, domain %v: a width of at least 1e-14 and a finite domain are needed", c.Width, c.Domain)
	}
	p := &Certificate{Claim: c, Root: c.Domain}
	d := c.F.Enclose.D
	left, right := d(At(c.Domain.Lo)).Sign(), d(At(c.Domain.Hi)).Sign()
	if left == 0 { // f′ may be infinite there: the sign just inside counts, step 3 covers the rest
		left = p.signOver(Interval{c.Domain.Lo, c.Domain.Lo + (c.Domain.Hi-c.Domain.Lo)*0x1p-20})
	}
	if left*right >= 0 {
		return p, fmt.Errorf("solve: certify: %w: the signs of f′ at the ends of %v are not certainly opposite", ErrNotCertified, c.Domain)
	}
	for p.Root.Hi-p.Root.Lo > c.Width {
		m := p.Root.Mid()
		if m <= p.Root.Lo || m >= p.Root.Hi {
			return p, fmt.Errorf("solve: certify: %w: no number is left between %v and %v; ask for a larger width", ErrNotCertified, p.Root.Lo, p.Root.Hi)
		}
		switch d(At(m)).Sign() {
		case left:
			p.Root.Lo = m
		case right:
			p.Root.Hi = m
		default:
			return p, fmt.Errorf("solve: certify: %w: the sign of f′(%v) is uncertain; ask for a width above %v", ErrNotCertified, m, c.Width)
		}
	}
	p.prove(left)
	for _, l := range p.Lines {
		if !l.Holds {
			return p, fmt.Errorf("solve: certify: %w: %s ∈ %s does not prove %s", ErrNotCertified, l.Quantity, l.Value, l.Relation)
		}
	}
	return p, nil
}

// prove writes the lines; left is the sign of f′ left of the root.
func (p *Certificate) prove(left int) {
	c, x := p.Claim, p.Root
	d, d2 := c.F.Enclose.D, c.F.Enclose.D2
	word := map[int]string{1: "> 0", -1: "< 0"}
	lo, hi := d(At(x.Lo)), d(At(x.Hi))
	p.add("f′(a)", lo, word[left], lo.Sign() == left, 2, "")
	p.add("f′(b)", hi, word[-left], hi.Sign() == -left, 2, "f′ has a root x₀ in [a, b]")
	bend := d2(x)
	p.add("f″ on [a, b]", bend, word[-left], bend.Sign() == -left, 6, "it has only one there")
	before, after := Interval{c.Domain.Lo, x.Lo}, Interval{x.Hi, c.Domain.Hi}
	p.add("f′ on "+p.from()+"a]", p.rangeOver(before), word[left], p.signOver(before) == left, 2, "")
	p.add("f′ on [b, "+p.to(), p.rangeOver(after), word[-left], p.signOver(after) == -left, 2, "it has only one in "+p.from()+p.to())
	m := At(x.Mid())
	p.Value = c.F.Enclose.F(m).Add(d(x).Mul(x.Sub(m)))
	p.add("f(x₀)", p.Value, "by f(m) + f′(ξ)·(x₀ − m)", p.Value.ok(), 12, "")
	p.add(c.BelowName, c.Below, "< f(x₀)", c.Below.Less(p.Value), 12, "")
	p.add(c.AboveName, c.Above, "> f(x₀)", p.Value.Less(c.Above), 12, c.BelowName+" < f(x₀) < "+c.AboveName)
}

func (p *Certificate) add(quantity string, v Interval, relation string, holds bool, digits int, hence string) {
	p.Lines = append(p.Lines, Line{quantity, v, relation, holds, digits, hence})
}

// from and to print the ends of the domain, open where f′ has no value.
func (p *Certificate) from() string {
	open := "["
	if !p.Claim.F.Enclose.D(At(p.Claim.Domain.Lo)).ok() {
		open = "("
	}
	return fmt.Sprint(open, p.Claim.Domain.Lo, ", ")
}

func (p *Certificate) to() string {
	end := "]"
	if !p.Claim.F.Enclose.D(At(p.Claim.Domain.Hi)).ok() {
		end = ")"
	}
	return fmt.Sprint(p.Claim.Domain.Hi, end)
}

// signOver is the certain sign of f′ on all of x, or 0.
func (p *Certificate) signOver(x Interval) int {
	sign := 0
	for _, piece := range p.pieces(x) {
		s := p.Claim.F.Enclose.D(piece).Sign()
		if s == 0 || sign != 0 && s != sign {
			return 0
		}
		sign = s
	}
	return sign
}

// rangeOver encloses f′ on all of x.
func (p *Certificate) rangeOver(x Interval) Interval {
	var r Interval
	for i, piece := range p.pieces(x) {
		if v := p.Claim.F.Enclose.D(piece); i == 0 {
			r = v
		} else {
			r = r.Hull(v)
		}
	}
	return r
}

// pieces halves x until f′ has a certain sign on each piece, or gives up.
func (p *Certificate) pieces(x Interval) []Interval {
	var settled []Interval
	open := []Interval{x}
	for len(open) > 0 {
		piece := open[len(open)-1]
		open = open[:len(open)-1]
		m := piece.Mid()
		full := len(settled)+len(open) >= mostPieces
		if full || p.Claim.F.Enclose.D(piece).Sign() != 0 || m <= piece.Lo || m >= piece.Hi {
			settled = append(settled, piece)
			continue
		}
		open = append(open, Interval{m, piece.Hi}, Interval{piece.Lo, m})
	}
	return settled
}

// Proved says whether every line holds.
func (p *Certificate) Proved() bool {
	for _, l := range p.Lines {
		if !l.Holds {
			return false
		}
	}
	return len(p.Lines) > 0
}

// String prints the certificate; decimals shown enclose what was computed.
func (p *Certificate) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "f(x) = %s\n[a, b] = %s\n", p.Claim.F.Name, p.Root.Text(14))
	for _, l := range p.Lines {
		fmt.Fprintf(&b, "%s ∈ %s %s", l.Quantity, l.Value.Text(l.Digits), l.Relation)
		switch {
		case !l.Holds:
			b.WriteString(" NOT PROVED")
		case l.Hence != "" && p.Proved():
			b.WriteString("  ⇒  " + l.Hence)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// ExamClaim is what the exam asks for: e⁻² < f(x₀) < 2⁻² for [Exam], x₀ the
// root of f′ in (0, ½).
func ExamClaim() Claim {
	return Claim{
		F:         Exam,
		Domain:    Interval{0, 0.5},
		Below:     At(-2).Exp(),
		Above:     At(math.Ldexp(1, -2)),
		BelowName: "e⁻²", AboveName: "2⁻²",
	}
}

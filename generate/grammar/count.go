package grammar

// counted reads what may stand behind an item.
func (p *parser) counted(e *expr) (*expr, error) {
	for p.at < len(p.text) {
		r := &expr{op: repeat, subs: []*expr{e}, max: -1}
		switch p.text[p.at] {
		case '*':
		case '+':
			r.min = 1
		case '?':
			r.max = 1
		case '{':
			if err := p.bounds(r); err != nil {
				return nil, err
			}
		default:
			return e, nil
		}
		p.at++
		p.space(p.nest > 0)
		e = r
	}
	return e, nil
}

// bounds reads {m}, {m,} or {m,n} up to the }.
func (p *parser) bounds(r *expr) error {
	from := p.at
	p.at++
	number := func() (n int, ok bool) {
		p.space(false)
		for p.at < len(p.text) && p.text[p.at] >= '0' && p.text[p.at] <= '9' && n <= maxCount {
			n, ok = n*10+int(p.text[p.at]-'0'), true
			p.at++
		}
		p.space(false)
		return n, ok
	}
	low, ok := number()
	if !ok {
		return p.fail(p.at, "found %s; want a number as in {2,5}", p.found())
	}
	r.min, r.max = low, low
	if p.at < len(p.text) && p.text[p.at] == ',' {
		p.at++
		r.max = -1
		if high, ok := number(); ok {
			r.max = high
		}
	}
	switch {
	case r.min > maxCount || r.max > maxCount:
		return p.fail(from, "a count is more than %d", maxCount)
	case p.at >= len(p.text) || p.text[p.at] != '}':
		return p.fail(p.at, "found %s; want }", p.found())
	case r.max >= 0 && r.max < r.min:
		return p.fail(from, "{%d,%d}: the greater count stands first", r.min, r.max)
	}
	return nil
}

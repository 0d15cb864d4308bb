package grammar

import "fmt"

// array is a list: what prefixItems says, and then items.
func (c *converter) array(v *value, path string) (string, error) {
	low, high, err := v.bounds("minItems", "maxItems", path)
	if err != nil {
		return "", err
	}
	prefix, items := v.get("prefixItems"), v.get("items")
	if items != nil && items.kind == '[' {
		return "", refuse(path+"/items", "a list of schemas is not supported; want prefixItems")
	}
	if prefix == nil {
		prefix = &value{kind: '['}
	}
	if prefix.kind != '[' {
		return "", refuse(path+"/prefixItems", "want a list of schemas")
	}
	first := prefix.members
	if high >= 0 {
		first = first[:min(len(first), high)]
	}
	if items == nil && (len(prefix.members) == 0 || low > len(first)) {
		items = &value{kind: 't'}
	}
	ws := c.use("ws")
	body := ""
	for i, s := range first {
		at := fmt.Sprintf("%s/prefixItems/%d", path, i)
		name, err := c.sub(s, at, wishOf(at))
		if err != nil {
			return "", err
		}
		if i > 0 {
			body += `"," ws `
		}
		body += name + " "
	}
	low = max(low-len(first), 0)
	if high >= 0 {
		high -= len(first)
	}
	switch {
	case items == nil || items.kind == 'f' || high == 0:
		if low > 0 {
			return "", refuse(path+"/minItems", "there are no items beyond the %d of prefixItems", len(first))
		}
	default:
		name, err := c.sub(items, path+"/items", wishOf(path)+"-item")
		if err != nil {
			return "", err
		}
		if body != "" {
			body += `("," ws ` + name + ")" + counts(low, high)
			break
		}
		rest := high
		if rest > 0 {
			rest--
		}
		body = name + ` ("," ws ` + name + ")" + counts(max(low-1, 0), rest)
		if low == 0 {
			body = "(" + body + " ws)?"
			return `"[" ` + ws + " " + body + ` "]"`, nil
		}
	}
	if body == "" {
		return `"[" ` + ws + ` "]"`, nil
	}
	return `"[" ` + ws + " " + body + " " + ws + ` "]"`, nil
}

// counts is how often, in GBNF; high −1 is no bound.
func counts(low, high int) string {
	switch {
	case high < 0 && low == 0:
		return "*"
	case high < 0:
		return fmt.Sprintf("{%d,}", low)
	}
	return fmt.Sprintf("{%d,%d}", low, high)
}

package data

import "path"

// matchPath says whether a path's segments match a pattern's, where ** stands for any number of segments. The table of
// what is matched so far keeps it from trying every way for every **.
func matchPath(pattern, name []string) bool {
	ok := make([]bool, len(name)+1) // ok[j]: the pattern so far matches the first j segments
	ok[0] = true
	for _, p := range pattern {
		if p == "**" {
			for j := 1; j <= len(name); j++ {
				ok[j] = ok[j] || ok[j-1]
			}
			continue
		}
		for j := len(name); j > 0; j-- {
			ok[j] = false
			if ok[j-1] {
				ok[j], _ = path.Match(p, name[j-1])
			}
		}
		ok[0] = false
	}
	return ok[len(name)]
}

// checkPattern errs on a malformed segment.
func checkPattern(pattern []string) error {
	for _, p := range pattern {
		if _, err := path.Match(p, ""); err != nil {
			return err
		}
	}
	return nil
}

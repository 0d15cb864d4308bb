package data

import "fmt"

// fscan reads "x+y=…" and the answer's number.
func fscan(text, answer string, x, y, z *int) (int, error) {
	n, err := fmt.Sscanf(text, "%d+%d=", x, y)
	if err != nil {
		return n, err
	}
	m, err := fmt.Sscanf(answer, "%d\n", z)
	return n + m, err
}

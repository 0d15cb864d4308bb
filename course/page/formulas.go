package page

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"sync"
)

// Formulas gives the MathML of each piece of TeX, by the TeX with its dollar signs: "$x^2$", "$$x^2$$".
// The MathML is put into pages as it is.
type Formulas map[string]string

// MathCSS is the style sheet the MathML of a page needs; pages may have no style attributes, so it holds what they would say.
//
//go:embed math.css
var MathCSS string

//go:embed formulas.json
var known []byte

// Known is the MathML of every formula of the lecture, made by course/tools/formulas.mjs.
var Known = sync.OnceValue(func() Formulas {
	var f Formulas
	if err := json.Unmarshal(known, &f); err != nil {
		panic(fmt.Sprintf("course/page/formulas.json: %v; make it with: %s", err, command))
	}
	return f
})

const command = "node course/tools/formulas.mjs"

// Find is every formula of a Markdown file, in the order of the file; err names the lines where a formula does not end.
func Find(src []byte) ([]Formula, error) {
	s := scanner{errs: new(errorList)}
	s.scan(normal(src))
	return s.formulas, s.errs.err()
}

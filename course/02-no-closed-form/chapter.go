// Package noclosedform is the chapter on losses whose best point cannot be
// written down, and how it is found and proved all the same.
package noclosedform

import (
	"embed"

	"brick/course/lesson"
)

//go:embed zh.md en.md text.json widget.js
var files embed.FS

// Chapter is chapter 2.
var Chapter = &lesson.Chapter{Dir: "02-no-closed-form", Files: files, Calls: []*lesson.Call{models, exam, curves, rates, three, proof}}

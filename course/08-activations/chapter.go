// Package activations is the chapter on the functions that bend, and on what
// depth does to gradients that pass through them.
package activations

import (
	"embed"

	"brick/course/lesson"
)

//go:embed zh.md en.md text.json widget.js
var files embed.FS

// Chapter is chapter 8.
var Chapter = &lesson.Chapter{Dir: "08-activations", Files: files, Calls: []*lesson.Call{curve, depth, learn}}

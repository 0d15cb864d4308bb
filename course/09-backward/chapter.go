// Package backward is the chapter on forward and backward passes: the graph of
// an expression or a layer on a tape, its gradients, and what they cost.
package backward

import (
	"embed"

	"brick/course/lesson"
)

//go:embed zh.md en.md text.json widget.js
var files embed.FS

// Chapter is chapter 9.
var Chapter = &lesson.Chapter{Dir: "09-backward", Files: files, Calls: []*lesson.Call{tape, layer, race}}

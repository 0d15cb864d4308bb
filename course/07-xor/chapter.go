// Package xor is the chapter on four points that no line separates, and the
// hidden layer in which they come apart.
package xor

import (
	"embed"

	"brick/course/lesson"
)

//go:embed zh.md en.md text.json widget.js
var files embed.FS

// Chapter is chapter 7.
var Chapter = &lesson.Chapter{Dir: "07-xor", Files: files, Calls: []*lesson.Call{line, search, first, net, seeds}}

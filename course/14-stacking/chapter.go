// Package stacking is the chapter on GPT as one block repeated: what more layers
// and more width cost, counted exactly, and what one more block brings.
package stacking

import (
	"embed"

	"brick/course/lesson"
)

//go:embed zh.md en.md text.json widget.js
var files embed.FS

// Chapter is chapter 14.
var Chapter = &lesson.Chapter{Dir: "14-stacking", Files: files, Calls: []*lesson.Call{count, gpts, grow}}

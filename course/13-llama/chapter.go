// Package llama is the chapter on attention and the LLaMA block: a small one is
// trained on the page, then looked into token by token, cut apart and timed.
package llama

import (
	"embed"

	"brick/course/lesson"
	"brick/course/views"
)

//go:embed zh.md en.md text.json widget.js
var files embed.FS

// Chapter is chapter 13.
var Chapter = &lesson.Chapter{Dir: "13-llama", Files: files, Calls: append([]*lesson.Call{learn}, views.Calls...),
	Models: []lesson.Model{views.Stories, views.Couplets}, Parts: []lesson.Part{views.Part}}

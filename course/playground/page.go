// Package playground is a page for the learner's own models: any run that is a
// language model, and any model file that the server was given, with a text of their own, in all views of the inside.
package playground

import (
	"embed"

	"brick/course/lesson"
	"brick/course/views"
)

//go:embed zh.md en.md text.json widget.js
var files embed.FS

// Page is the playground; it is no numbered chapter.
var Page = &lesson.Chapter{Dir: "playground", Files: files, Calls: views.Calls, Parts: []lesson.Part{views.Part}}

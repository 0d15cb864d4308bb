// Package law is the last chapter: a family of sizes is trained, the law of their
// losses fitted, the next size predicted, and then trained.
package law

import (
	"embed"

	"brick/course/lesson"
)

//go:embed zh.md en.md text.json widget.js
var files embed.FS

// Chapter is chapter 15.
var Chapter = &lesson.Chapter{Dir: "15-law", Files: files, Calls: []*lesson.Call{plan, sweep, results, published}}

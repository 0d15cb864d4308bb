// Package blocks is the chapter on layers and blocks: from a number to a
// model, and the stack builder, where a network is put together like a wall of
// bricks and trained at once.
package blocks

import (
	"embed"

	"brick/course/lesson"
)

//go:embed zh.md en.md text.json *.js blocks.css
var files embed.FS

// Chapter is chapter 10.
var Chapter = &lesson.Chapter{Dir: "10-blocks", Files: files, Calls: []*lesson.Call{zoom, palette, plan, examples, trained, inside, export, weights}}

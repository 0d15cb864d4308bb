// Package bricks is the chapter that asks the lecture's question: how large the
// GPTs are, counted and drawn to scale.
package bricks

import (
	"embed"

	"brick/course/lesson"
)

//go:embed zh.md en.md text.json widget.js wall.js
var files embed.FS

// Chapter is chapter 0.
var Chapter = &lesson.Chapter{Dir: "00-bricks", Files: files, Calls: []*lesson.Call{ladder, count}}

// Package perceptron is the chapter on the linear boundary that learns from its
// mistakes, from two inputs to 784.
package perceptron

import (
	"embed"

	"brick/course/lesson"
)

//go:embed zh.md en.md text.json widget.js
var files embed.FS

// Chapter is chapter 6.
var Chapter = &lesson.Chapter{Dir: "06-perceptron", Files: files, Calls: []*lesson.Call{learn, images, sizes}}

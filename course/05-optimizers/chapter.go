// Package optimizers is the chapter on how a gradient becomes a step: nine
// optimizers race from one start with one budget of gradients.
package optimizers

import (
	"embed"

	"brick/course/lesson"
)

//go:embed zh.md en.md text.json widget.js
var files embed.FS

// Chapter is chapter 5.
var Chapter = &lesson.Chapter{Dir: "05-optimizers", Files: files, Calls: []*lesson.Call{race, laps, tune, digits}}

// Package descent is the chapter on walking downhill with nothing to go by but
// the slope underfoot.
package descent

import (
	"embed"

	"brick/course/lesson"
)

//go:embed zh.md en.md text.json widget.js
var files embed.FS

// Chapter is chapter 3.
var Chapter = &lesson.Chapter{Dir: "03-descent", Files: files, Calls: []*lesson.Call{mountain, walk, slice}}

// Pair is a point of the map.
type Pair [2]float64

// Package views is what pages show of the inside of a language model: the calls of
// package lens as widgets ask for them, with their bounds, and the widgets.
// Chapter 13 and the playground are made of it.
//
// A page names a run, "" for the chapter's small model. Where that is not trained
// yet, an untrained one of the same build stands in, so that every widget shows
// something at once; the answer says so. Or it names a model file of those that the
// server was given, see [lesson.NameFiles]: all of this is of a [lens.Model].
package views

import (
	"embed"

	"brick/course/lesson"
)

//go:embed *.js text.json
var files embed.FS

// Part is the widgets and their texts.
var Part = lesson.Part{Dir: "views", Files: files}

// Calls are those that the widgets make; a page that has Part has them.
var Calls = []*lesson.Call{source, heads, attend, rotary, block, says, next, ablate, cache, write}

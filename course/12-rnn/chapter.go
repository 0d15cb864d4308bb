// Package rnn is the chapter on recurrent networks: a state that goes along a text, what a trained one keeps in it, how it
// writes, and how far back each kind of network remembers.
package rnn

import (
	"embed"

	"brick/course/lesson"
)

//go:embed zh.md en.md text.json *.js
var files embed.FS

// Chapter is chapter 12.
var Chapter = &lesson.Chapter{Dir: "12-rnn", Files: files, Calls: []*lesson.Call{texts, learn, read, next, write, remember},
	Models: []lesson.Model{languages[0].model(), languages[1].model()}}

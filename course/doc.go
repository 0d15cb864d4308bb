// Package course answers: how does one learn, by dragging, breaking and training
// the real thing, how models went from least squares to LLaMA?
//
// It serves the lecture as a web site on this machine, in Chinese and English.
// A chapter is a folder: its pages (zh.md, en.md), the texts of its widgets
// (text.json), how they are drawn (widget.js) and, in Go, the calls they make.
// No number is computed in the browser: a widget asks the engine.
//
//	course/lesson   what a chapter is made of: calls, sessions, jobs, runs
//	course/page     Markdown, formulas and widgets to HTML
//	course/web      what the widgets share: plots, controls, networks, tables
//	course/lens     what happens inside a language model while it reads
//	course/views    widgets of that, for chapter 13 and the playground (a page that is no numbered chapter)
//	course/tools    what authors and tests use: type checks, formulas to MathML
//
// New gives the site as an http.Handler behind the rules of package serve.
package course

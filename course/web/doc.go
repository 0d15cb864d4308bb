// Package web is the front of the course: what do the pages load in the browser, and what do their buttons say?
//
// FS holds plain ES modules and style sheets, without a framework and without a step that builds them; Text holds their strings in every
// language. README.md tells how a chapter's widget uses the modules. course/tools checks their types and the course's texts; neither
// building nor running the course needs it.
package web

package lesson

import (
	"io/fs"

	"brick/course/web"
	"brick/train"
)

// Languages are those every page is written in, the default first.
var Languages = web.Languages

// Chapter is one chapter: its folder's files and the calls its widgets make.
type Chapter struct {
	Dir   string // the folder's name, such as 02-no-closed-form; the chapter's place in addresses
	Files fs.FS  // zh.md, en.md, text.json, widget.js and pictures
	Calls []*Call

	Models []Model // small ones its widgets look into, when the learner brings none
	Parts  []Part  // what it shares with other pages
}

// Part is a folder of views that several pages show: modules (*.js), which are
// served under /Dir/, and text.json, whose texts each of those pages has.
type Part struct {
	Dir   string
	Files fs.FS
}

// Model is a run that a chapter needs: trained on its page, or by
// `brick learn --prepare`.
type Model struct {
	Name string // of the run's folder
	Job  train.Job
}

// Call gives the call of a name, nil when there is none.
func (c *Chapter) Call(name string) *Call {
	for _, k := range c.Calls {
		if k.Name == name {
			return k
		}
	}
	return nil
}

// Text reads the text.json of a chapter, {"key": {"zh": "…", "en": "…"}}, as one
// map a language. A key that lacks a language is an error.
func Text(files fs.FS) (map[string]map[string]string, error) {
	return web.ReadText(files, "text.json")
}

package lesson

import (
	"encoding/json"
	"fmt"
	"io/fs"

	"brick/train"
)

// Languages are those every page is written in, the default first.
var Languages = []string{"zh", "en"}

// Chapter is one chapter: its folder's files and the calls its widgets make.
type Chapter struct {
	Dir   string // the folder's name, such as 02-no-closed-form; the chapter's place in addresses
	Files fs.FS  // zh.md, en.md, text.json, widget.js and pictures
	Calls []*Call

	Models []Model // small ones its widgets look into, when the learner brings none
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

// Text reads text.json, {"key": {"zh": "…", "en": "…"}}, as one map a language.
// A key that lacks a language is an error.
func Text(files fs.FS) (map[string]map[string]string, error) {
	raw, err := fs.ReadFile(files, "text.json")
	if err != nil {
		return nil, err
	}
	var keys map[string]map[string]string
	if err := json.Unmarshal(raw, &keys); err != nil {
		return nil, fmt.Errorf("text.json: %w", err)
	}
	byLanguage := map[string]map[string]string{}
	for _, l := range Languages {
		byLanguage[l] = map[string]string{}
	}
	for key, texts := range keys {
		for _, l := range Languages {
			if texts[l] == "" {
				return nil, fmt.Errorf("text.json: %q has no text in %q", key, l)
			}
			byLanguage[l][key] = texts[l]
		}
		if len(texts) != len(Languages) {
			return nil, fmt.Errorf("text.json: %q has texts in other languages than %v", key, Languages)
		}
	}
	return byLanguage, nil
}

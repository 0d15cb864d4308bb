package web

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"slices"
)

//go:embed *.js *.css *.svg text.json
var files embed.FS

// FS holds what is served under /web/, *.js and *.css, and text.json, which Text reads.
var FS fs.FS = files

// Languages are the languages that every text has.
var Languages = []string{"zh", "en"}

// Text returns the strings of the shared modules by language and key.
func Text() (map[string]map[string]string, error) {
	return ReadText(files, "text.json")
}

// ReadText reads a file of texts, {"key": {"zh": "…", "en": "…"}}, and returns its strings by language and key. It errs where a key has
// no string in one of the Languages, has one in another language, or the file is no such JSON.
func ReadText(fsys fs.FS, name string) (map[string]map[string]string, error) {
	raw, err := fs.ReadFile(fsys, name)
	if err != nil {
		return nil, fmt.Errorf("reading texts: %w", err)
	}
	var keys map[string]map[string]string
	if err := json.Unmarshal(raw, &keys); err != nil {
		return nil, fmt.Errorf("reading texts of %s: %w", name, err)
	}
	text := map[string]map[string]string{}
	for _, l := range Languages {
		text[l] = map[string]string{}
	}
	for key, in := range keys {
		for l, s := range in {
			if !slices.Contains(Languages, l) {
				return nil, fmt.Errorf("%s: %q has a text in %q, only %v are known", name, key, l, Languages)
			}
			text[l][key] = s
		}
		for _, l := range Languages {
			if text[l][key] == "" {
				return nil, fmt.Errorf("%s: %q has no text in %q", name, key, l)
			}
		}
	}
	return text, nil
}

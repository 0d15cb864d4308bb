package report

import (
	"fmt"
)

// A Lang is the language of a page.
type Lang string

// The languages of a page.
const (
	English Lang = "en"
	Chinese Lang = "zh"
)

// say is the text of a key in the language, with its arguments filled in.
func (l Lang) say(key string, args ...any) string {
	w, ok := pageWords[key]
	if !ok {
		w, ok = figureWords[key]
	}
	if !ok {
		return "‹" + key + "›" // a test looks for this in every page
	}
	s := w.en
	if l == Chinese {
		s = w.zh
	}
	if len(args) == 0 {
		return s
	}
	return fmt.Sprintf(s, args...)
}

func (v view) say(key string, args ...any) string { return v.lang.say(key, args...) }

// skillName is a skill's name in the language, or as it was measured where the page knows none.
func (v view) skillName(name string) string {
	if _, ok := figureWords["skill."+name]; ok {
		return v.say("skill." + name)
	}
	return name
}

// A phrase is one text in both languages.
type phrase struct{ en, zh string }

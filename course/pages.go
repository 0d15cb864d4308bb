package course

import (
	"slices"

	"brick/course/lesson"
	"brick/course/playground"
)

// Pages are those that are no numbered chapter: what is made of the same parts, for the learner's own models.
var Pages = []*lesson.Chapter{
	playground.Page,
}

// All are the chapters, then the other pages.
func All() []*lesson.Chapter { return append(slices.Clip(Chapters), Pages...) }

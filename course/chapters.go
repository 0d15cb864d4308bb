package course

import (
	"slices"

	noclosedform "brick/course/02-no-closed-form"
	cnn "brick/course/11-cnn"
	llama "brick/course/13-llama"
	stacking "brick/course/14-stacking"
	law "brick/course/15-law"
	"brick/course/lesson"
	"brick/course/playground"
)

// Pages are those that are no numbered chapter: what is made of the same parts, for the learner's own models.
var Pages = []*lesson.Chapter{
	playground.Page,
}

// All are the chapters, then the other pages.
func All() []*lesson.Chapter { return append(slices.Clip(Chapters), Pages...) }

// Chapters are the lecture's chapters in their order.
var Chapters = []*lesson.Chapter{
	noclosedform.Chapter,
	cnn.Chapter,
	llama.Chapter,
	stacking.Chapter,
	law.Chapter,
}

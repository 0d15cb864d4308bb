package course

import (
	noclosedform "brick/course/02-no-closed-form"
	cnn "brick/course/11-cnn"
	stacking "brick/course/14-stacking"
	law "brick/course/15-law"
	"brick/course/lesson"
)

// Chapters are the lecture's chapters in their order.
var Chapters = []*lesson.Chapter{
	noclosedform.Chapter,
	cnn.Chapter,
	stacking.Chapter,
	law.Chapter,
}

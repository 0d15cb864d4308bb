package course

import (
	noclosedform "brick/course/02-no-closed-form"
	cnn "brick/course/11-cnn"
	rnn "brick/course/12-rnn"
	stacking "brick/course/14-stacking"
	law "brick/course/15-law"
	"brick/course/lesson"
)

// Chapters are the lecture's chapters in their order.
var Chapters = []*lesson.Chapter{
	noclosedform.Chapter,
	cnn.Chapter,
	rnn.Chapter,
	stacking.Chapter,
	law.Chapter,
}

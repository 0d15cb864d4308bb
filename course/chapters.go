package course

import (
	noclosedform "brick/course/02-no-closed-form"
	backward "brick/course/09-backward"
	blocks "brick/course/10-blocks"
	stacking "brick/course/14-stacking"
	law "brick/course/15-law"
	"brick/course/lesson"
)

// Chapters are the lecture's chapters in their order.
var Chapters = []*lesson.Chapter{
	noclosedform.Chapter,
	backward.Chapter,
	blocks.Chapter,
	stacking.Chapter,
	law.Chapter,
}

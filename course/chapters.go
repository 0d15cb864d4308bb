package course

import (
	noclosedform "brick/course/02-no-closed-form"
	blocks "brick/course/10-blocks"
	"brick/course/lesson"
)

// Chapters are the lecture's chapters in their order.
var Chapters = []*lesson.Chapter{
	noclosedform.Chapter,
	blocks.Chapter,
}

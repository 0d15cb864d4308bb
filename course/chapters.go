package course

import (
	bricks "brick/course/00-bricks"
	leastsquares "brick/course/01-least-squares"
	noclosedform "brick/course/02-no-closed-form"
	descent "brick/course/03-descent"
	rate "brick/course/04-rate"
	optimizers "brick/course/05-optimizers"
	perceptron "brick/course/06-perceptron"
	xor "brick/course/07-xor"
	activations "brick/course/08-activations"
	backward "brick/course/09-backward"
	blocks "brick/course/10-blocks"
	cnn "brick/course/11-cnn"
	rnn "brick/course/12-rnn"
	llama "brick/course/13-llama"
	stacking "brick/course/14-stacking"
	law "brick/course/15-law"
	"brick/course/lesson"
)

// Chapters are the lecture's chapters in their order.
var Chapters = []*lesson.Chapter{
	bricks.Chapter,
	leastsquares.Chapter,
	noclosedform.Chapter,
	descent.Chapter,
	rate.Chapter,
	optimizers.Chapter,
	perceptron.Chapter,
	xor.Chapter,
	activations.Chapter,
	backward.Chapter,
	blocks.Chapter,
	cnn.Chapter,
	rnn.Chapter,
	llama.Chapter,
	stacking.Chapter,
	law.Chapter,
}

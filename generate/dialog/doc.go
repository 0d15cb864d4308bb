// Package dialog answers: how does one talk with a language model?
//
// A [Dialog] is what was said so far. [Dialog.Ask] adds a question and streams the answer: the whole conversation is written
// as the model's chat template says, and of it the session reads only what it has not read before. Without a template the
// conversation is one plain text that the model goes on with. [Dialog.Undo], [Dialog.Save] and
// [Dialog.Load] change and keep what was said.
package dialog

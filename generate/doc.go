// Package generate answers: how does a language model write?
//
// The model gives a logit for every token that could come next; a [Sampling]
// turns logits into a choice; the choice is fed back. [Stream] does that for
// ids, a [Session] for text: it keeps the model's memory of what was read, so
// that each new token costs one position, not the whole text again. [Session.Search] looks for the likeliest texts instead.
// What a text must be, JSON of a schema or a grammar, package grammar knows. [Open] reads a model and its
// tokenizer from a folder as Hugging Face has them, [Language.Measure] says how well it foretells a text.
package generate

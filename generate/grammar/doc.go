// Package grammar answers: which tokens may come next, if the text is to have a given form?
//
// [Parse] reads a form written in GBNF, the notation of llama.cpp; [Schema] turns a JSON Schema into it. A grammar becomes a
// pushdown automaton over the bytes of UTF-8, so a token may end in the middle of a character. A [Matcher] walks the
// vocabulary, kept as a [Vocab], along with it, and gives the tokens whose bytes can go on.
package grammar

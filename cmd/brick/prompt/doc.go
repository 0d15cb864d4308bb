// Package prompt answers: how does a person write a message in a terminal?
//
// An [Editor] reads one message, of one line or several, with the keys of a shell. The cursor moves over what a reader takes for
// a character, however many code points and columns it has: Chinese, accents, emoji. What is pasted stays together. A [History]
// keeps what was written, in a file that only its owner reads.
package prompt

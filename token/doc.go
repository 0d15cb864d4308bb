// Package token answers: how does a text become the numbers a language model reads, and how do the
// numbers it writes become text again?
//
// A [Tokenizer] maps text to ids and back. Four kinds are here:
//
//   - [Bytes]: one id a byte, 256 of them and the special ids. Nothing is unknown, nothing is learnt.
//   - [Chars]: one id a character of the set found in a text, Chinese included, and <unk> for the rest.
//   - [Words]: one id a word of the most frequent ones, a Chinese character being a word, and <unk> for the rest.
//   - [Subword]: byte-pair encoding. Frequent neighbours are merged into longer pieces until the vocabulary is
//     full (Sennrich, Haddow, Birch 2016, "Neural Machine Translation of Rare Words with Subword Units",
//     algorithm 1); at the level of bytes, after a split into words by a pattern, as in GPT-2 (Radford et al.
//     2019, "Language Models are Unsupervised Multitask Learners", section 2.2); or at the level of characters
//     with "▁" for a space and a fallback to bytes, as in SentencePiece and LLaMA (Kudo and Richardson 2018,
//     "SentencePiece: A simple and language independent subword tokenizer and detokenizer for Neural Text
//     Processing").
//
// [TrainBPE] learns one from texts, [Open] reads one from a Hugging Face folder (tokenizer.json, or GPT-2's
// encoder.json and vocab.bpe), Save writes one. A [Decoder] turns a stream of ids into text without ever
// splitting a character. What a file asks for and this package does not do is refused by field and value,
// never done approximately.
package token

// Package token answers: how does a text become the numbers a language model reads, and how do the
// numbers it writes become text again?
//
// A [Tokenizer] maps text to ids and back. Four kinds are here:
//
//   - [Bytes]: one id a byte, 256 of them and the special ids. Nothing is unknown, nothing is learnt.
//   - [Chars]: one id a character of the set found in a text, Chinese included, and <unk> for the rest.
//   - [Words]: one id a word of the most frequent ones, a Chinese character being a word, and <unk> for the rest.
//   - [Subword]: words spelled by pieces of a vocabulary, in one of three ways.
//
// Byte-pair encoding: frequent neighbours are merged into longer pieces until the vocabulary is full (Sennrich, Haddow,
// Birch 2016, "Neural Machine Translation of Rare Words with Subword Units", algorithm 1); at the level of bytes, after
// a split into words by a pattern, as in GPT-2 (Radford et al. 2019, "Language Models are Unsupervised Multitask
// Learners", section 2.2); or at the level of characters with "▁" for a space and a fallback to bytes, as in
// SentencePiece and LLaMA (Kudo and Richardson 2018, "SentencePiece: A simple and language independent subword tokenizer
// and detokenizer for Neural Text Processing"). Unigram: the most probable segmentation (Kudo 2018, "Subword
// Regularization"). WordPiece: the longest piece first (Devlin et al. 2018, BERT).
//
// [TrainBPE] learns one from texts. [Open] reads one from a Hugging Face folder (tokenizer.json, GPT-2's encoder.json
// and vocab.bpe, or SentencePiece's tokenizer.model), [FromGGUF] takes one from the metadata of a GGUF file. [Save]
// writes a folder, [GGUF] the metadata. A [Decoder] turns a stream of ids into text without ever splitting a character.
// The chat template that comes with a tokenizer is run by package brick/token/chat.
//
// What a file asks for and this package does not do is refused by field and value, never done approximately: known
// patterns of words are scanned by hand, unknown ones run with a bound on time or are refused.
package token

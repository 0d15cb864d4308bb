package data

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"path/filepath"
	"slices"
)

// A TurnEncoder makes ids of a conversation and says which of them are learnt, such as those of the assistant's turns.
type TurnEncoder func(turns []Turn) (ids []int32, learnt []bool, err error)

// ChatTask is the Options.Task of conversations.
const ChatTask = "chat"

// IsChats says whether a file is to be read as conversations.
func IsChats(name, task string) bool { return task == ChatTask && kindOf(name) == kindText }

// chats are conversations of one length, filled up.
type chats struct {
	info *Info
	ids  [][]int32
	mark [][]bool
}

func (c *chats) Info() *Info { return c.info }
func (c *chats) Len() int    { return len(c.ids) }

// Read gives each conversation a row: the ids but the last, and the labels, the next id where it is learnt.
func (c *chats) Read(b *Batch, index []int, _ uint64) error {
	checkIndex(c.info.Name, index, c.Len())
	size := c.info.Input[0]
	ids, labels := b.tokens(len(index), size)
	for e, i := range index {
		x, y := ids[e*size:(e+1)*size], labels[e*size:(e+1)*size]
		row, learnt := c.ids[i], c.mark[i]
		for k := range size {
			x[k], y[k] = row[min(k, len(row)-1)], Ignore
			if k+1 < len(row) && learnt[k+1] {
				y[k] = row[k+1]
			}
		}
	}
	return nil
}

// OpenChats reads conversations, a JSON object a line:
//
//	{"messages": [{"role": "user", "content": "…"}, {"role": "assistant", "content": "…"}, …]}
//	{"conversations": [{"from": "human", "value": "…"}, {"from": "gpt", "value": "…"}, …]}       ShareGPT
//	{"instruction": "…", "input": "…", "output": "…"}                            Alpaca; input may be left out
//	{"prompt": "…", "completion": "…"}
//
// each with a "system" text beside it, if there is one. A prompt may be an instruction, an input a context, and a completion a
// response or an output; prompt and completion may be lists of messages, and content a list of parts of type text. Options.Turns
// encodes them; Options.Window is the most ids of one, 0 means the longest there is, at most 1024: what is longer is cut at its
// end, and left out if nothing is learnt before that, which Info.Cut tells. They are split by the hash of all turns but the last,
// so that no question that is tested was seen in training. The error is a *TableError where a line is no conversation.
func OpenChats(path string, o Options) (Splits, error) {
	in, err := openText(path)
	if err != nil {
		return Splits{}, err
	}
	defer in.Close()
	valid, test, err := o.shares(0.05, 0.05)
	if err != nil {
		return Splits{}, err
	}
	if o.Turns == nil {
		return Splits{}, fmt.Errorf("data: %s: conversations need an encoder of turns", path)
	}
	var parts [3]chats
	var longest, whole, cut, broken, dropped int
	var total int64
	most := o.Window
	if most == 0 {
		most = 1024
	}
	r := bufio.NewReaderSize(in, 1<<16)
	if mark, _ := r.Peek(3); bytes.Equal(mark, []byte("\xef\xbb\xbf")) {
		_, _ = r.Discard(3) // was just seen
	}
	for n := 1; ; n++ {
		line, err := pairLine(r)
		if errors.Is(err, io.EOF) {
			break
		}
		wrong := func(err error) error { return &TableError{File: path, Line: n, Reason: err.Error()} }
		if reason := (pairError)(""); errors.As(err, &reason) {
			return Splits{}, wrong(reason)
		} else if err != nil {
			return Splits{}, fmt.Errorf("data: %s: %w", path, err)
		}
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		turns, err := parseTurns(line)
		if err != nil {
			return Splits{}, wrong(err)
		}
		ids, learnt, err := o.Turns(turns)
		if err != nil {
			return Splits{}, wrong(err)
		}
		end, long := min(len(ids), most+1), len(ids) > most+1
		lost := slices.Contains(learnt[end:], true)
		if ids, learnt = ids[:end], learnt[:end]; end == 0 || !slices.Contains(learnt[1:], true) {
			dropped++
			continue
		}
		if total += int64(len(line)); o.Limit > 0 && total > o.Limit {
			break
		}
		switch {
		case lost:
			broken++
		case long:
			cut++
		default:
			whole++
		}
		longest = max(longest, len(ids)-1)
		p := &parts[splitOfTurns(turns, valid, test)]
		p.ids, p.mark = append(p.ids, ids), append(p.mark, learnt)
	}
	switch n := whole + cut + broken; {
	case n+dropped == 0:
		return Splits{}, fmt.Errorf("data: %s is empty; want a conversation a line", path)
	case len(parts[0].ids) == 0 && n > 0:
		return Splits{}, fmt.Errorf("data: %s: none of %d conversations is left to train on: %g %% of the questions are for validation, %g %% for testing", path, n, 100*valid, 100*test)
	case n == 0:
		return Splits{}, fmt.Errorf("data: %s: no conversation to train on: none of %d has an answer within %d tokens; a longer context would fit", path, dropped, most)
	}
	info := &Info{
		Name: filepath.Base(path), Task: Language, Input: []int{longest}, Tokens: true, Vocab: o.Encoder.VocabSize(), Origin: path,
		Rule: fmt.Sprintf("by the hash of all turns but the last: %.0f %% validation, %.0f %% test", 100*valid, 100*test),
	}
	if cut+broken+dropped > 0 {
		info.Cut = fmt.Sprintf("of %d conversations %d are longer than %d tokens: %d lose a part of an answer, %d with no answer before that are left out",
			whole+cut+broken+dropped, cut+broken+dropped, most, broken, dropped)
	}
	var s Splits
	for i, dst := range []*Set{&s.Train, &s.Valid, &s.Test} {
		if parts[i].info = info; len(parts[i].ids) > 0 {
			*dst = &parts[i]
		}
	}
	return s, nil
}

// splitOfTurns is 0, 1 or 2: training, validation, test.
func splitOfTurns(turns []Turn, valid, test float64) int {
	h := fnv.New64a()
	for _, t := range turns[:len(turns)-1] {
		fmt.Fprintf(h, "%d %s%d %s", len(t.Role), t.Role, len(t.Content), t.Content)
	}
	switch at := float64(mix(h.Sum64(), 0)>>11) / (1 << 53); {
	case at < test:
		return 2
	case at < test+valid:
		return 1
	}
	return 0
}

package data

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"path/filepath"
	"slices"
	"strings"
)

// A Turn is what one side of a conversation says.
type Turn struct {
	Role    string `json:"role"` // system, user, assistant
	Content string `json:"content"`
}

// assistant is the role whose turns are learnt.
const assistant = "assistant"

// A TurnEncoder makes ids of a conversation and says which of them are learnt: those of the assistant's turns.
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
//	{"prompt": "…", "completion": "…"}                            (or "response")
//	{"instruction": "…", "input": "…", "output": "…"}              input may be left out
//
// each with a "system" text beside it, if there is one. Options.Turns encodes them; Options.Window is the most ids of one, 0
// means the longest there is, at most 1024: what is longer is cut at its end, and left out if nothing is learnt before
// that. They are split by the hash of all turns but the last, so that no question that is tested was seen in training. The error is a
// *TableError where a line is no conversation.
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
	longest, cut, dropped, total := 0, 0, 0, int64(0)
	most := o.Window
	if most == 0 {
		most = 1024
	}
	r := bufio.NewReaderSize(in, 1<<16)
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
		if len(ids) > most+1 {
			ids, learnt = ids[:most+1], learnt[:most+1]
			cut++
		}
		if len(learnt) == 0 || !slices.Contains(learnt[1:], true) {
			dropped++
			continue
		}
		if total += int64(len(line)); o.Limit > 0 && total > o.Limit {
			break
		}
		longest = max(longest, len(ids)-1)
		p := &parts[splitOfTurns(turns, valid, test)]
		p.ids, p.mark = append(p.ids, ids), append(p.mark, learnt)
	}
	if len(parts[0].ids) == 0 {
		return Splits{}, fmt.Errorf("data: %s: no conversation to train on (%d without an answer within %d tokens were left out)", path, dropped, most)
	}
	info := &Info{
		Name: filepath.Base(path), Task: Language, Input: []int{longest}, Tokens: true, Vocab: o.Encoder.VocabSize(), Origin: path,
		Rule: fmt.Sprintf("by the hash of all turns but the last: %.0f %% validation, %.0f %% test; %d of %d were cut at %d tokens, %d without an answer were left out",
			100*max(valid, 0), 100*max(test, 0), cut, len(parts[0].ids)+len(parts[1].ids)+len(parts[2].ids), most, dropped),
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

// parseTurns reads one conversation, which ends with the assistant.
func parseTurns(line []byte) ([]Turn, error) {
	var c struct {
		System      string  `json:"system"`
		Messages    []Turn  `json:"messages"`
		Prompt      *string `json:"prompt"`
		Completion  *string `json:"completion"`
		Response    *string `json:"response"`
		Instruction *string `json:"instruction"`
		Input       string  `json:"input"`
		Output      *string `json:"output"`
	}
	if err := json.Unmarshal(line, &c); err != nil {
		return nil, err
	}
	if c.Completion == nil {
		c.Completion = c.Response
	}
	turns := c.Messages
	switch {
	case c.Messages != nil:
	case c.Prompt != nil && c.Completion != nil:
		turns = []Turn{{"user", *c.Prompt}, {assistant, *c.Completion}}
	case c.Instruction != nil && c.Output != nil:
		ask := *c.Instruction
		if c.Input != "" {
			ask += "\n\n" + c.Input
		}
		turns = []Turn{{"user", ask}, {assistant, *c.Output}}
	default:
		return nil, errors.New("no conversation; want messages, prompt and completion, or instruction and output")
	}
	for i, t := range turns {
		if t.Role == "" || strings.TrimSpace(t.Content) == "" && t.Role == assistant {
			return nil, fmt.Errorf("messages[%d] has role %q and %d bytes; want a role, and an answer that is not empty", i, t.Role, len(t.Content))
		}
	}
	for len(turns) > 0 && turns[len(turns)-1].Role != assistant {
		turns = turns[:len(turns)-1] // a question that nobody answers teaches nothing
	}
	if len(turns) == 0 {
		return nil, fmt.Errorf("no turn of the %s", assistant)
	}
	if c.System != "" && turns[0].Role != "system" {
		turns = append([]Turn{{"system", c.System}}, turns...)
	}
	return turns, nil
}

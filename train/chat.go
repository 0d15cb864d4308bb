package train

import (
	"errors"
	"fmt"

	"brick/data"
	"brick/token"
	"brick/token/chat"
)

// turns encodes conversations for the job: their turns are written down by the template, piece by piece, each answer as the model will
// write it after what it is asked with. What is learnt is the answers, with what ends them, or all of it.
func (j *Job) turns(t token.Tokenizer) (data.TurnEncoder, error) {
	text, err := j.template(t)
	if err != nil {
		return nil, err
	}
	parsed, err := chat.Parse(text)
	if err != nil {
		return nil, &InputError{fmt.Errorf("train: the chat template: %w", err)}
	}
	if s, ok := t.(*token.Subword); ok {
		s.ChatTemplate = text // goes with the run, so that it can be talked with
	}
	enc := chat.NewEncoder(parsed, t)
	if _, named := chat.Named(j.Data.Template); named && j.Data.Template != plain && len(enc.Ends()) == 0 {
		return nil, usagef("train: data.template: %s ends an answer with no special token that the tokenizer has: a model would not know where to stop; plain needs no other than the one that ends texts", j.Data.Template)
	}
	return func(turns []data.Turn) (ids []int32, learnt []bool, err error) {
		messages := make([]chat.Message, len(turns))
		for i, t := range turns {
			messages[i] = chat.Message{Role: t.Role, Content: t.Content}
		}
		for i, m := range messages {
			if m.Role != "assistant" {
				continue
			}
			asked, err := enc.Encode(chat.Input{Messages: messages[:i], AddGenerationPrompt: true})
			if err != nil {
				return nil, nil, err
			}
			whole, err := enc.Encode(chat.Input{Messages: messages[:i+1]})
			if err != nil {
				return nil, nil, err
			}
			from := common(whole, asked) // where an answer begins, its first letters may join the token before
			if common(asked, ids) < len(ids) || from < len(asked)-joined {
				return nil, nil, errors.New("the chat template writes what was said before otherwise once there is an answer; give another with data.template")
			}
			for len(learnt) < len(whole) {
				learnt = append(learnt, j.Data.LossOn == "all" || len(learnt) >= from)
			}
			ids = whole
		}
		return ids, learnt, nil
	}, nil
}

// longestChat is how many tokens of a conversation are read where no context is named and the model's own is not shorter.
const longestChat = 1024

// joined is how many tokens of a question may become others when the answer is there.
const joined = 2

// common is how many ids two texts begin with alike.
func common(a, b []int32) (n int) {
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

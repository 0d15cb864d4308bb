package dialog

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"unicode"

	"brick/generate"
	"brick/token"
	"brick/token/chat"
)

// A Message is what one side said.
type Message struct {
	Role        string `json:"role"` // system, user or assistant
	Content     string `json:"content"`
	Interrupted bool   `json:"interrupted,omitzero"` // the answer was stopped before its end
}

// A Session is a model that goes on with a text of ids, such as [*generate.Session].
type Session interface {
	Continue(ctx context.Context, ids []int32, o generate.Sampling) iter.Seq2[generate.Token, error]
}

// A Dialog is a conversation with a model. It serves one caller at a time.
type Dialog struct {
	System   string            // what the model is told first, "" for nothing
	Messages []Message         // of user and assistant in turn
	Sampling generate.Sampling // no Max: up to the end of Context
	Context  int               // positions the model can hold, 0 for no bound
	Shift    bool              // where there is no room for an answer, the model no longer sees the oldest turns; else that is a [*FullError]
	Last     Turn              // the latest answer

	session Session
	tok     token.Tokenizer
	encoder *chat.Encoder // nil: a plain text
	asked   uint64        // answers begun, each with draws of its own
	unseen  int           // messages at the beginning that the model no longer sees
}

// A Turn is what is known of an answer beside its text.
type Turn struct {
	Reason generate.Reason // why it ended, "" where it was interrupted
	Prompt int             // tokens of the conversation before it
	Tokens int             // of the answer
	Unseen int             // messages at the beginning that the model did not see
	Full   bool            // it ended because the context is full
	Kept   bool            // it is a message of the conversation
}

// A FullError says that a conversation has no room for an answer.
type FullError struct{ Tokens, Context int }

func (e *FullError) Error() string {
	return fmt.Sprintf("the conversation has %d tokens and the model's context holds %d: there is no room for an answer", e.Tokens, e.Context)
}

// New begins a conversation. template is nil for a plain text; context is how many positions the model holds, 0 for no bound.
func New(s Session, template *chat.Template, tok token.Tokenizer, context int) *Dialog {
	d := &Dialog{session: s, tok: tok, Context: context}
	if template != nil {
		d.encoder = chat.NewEncoder(template, tok)
	}
	return d
}

// Ends are ids that end an answer, as the template has them.
func (d *Dialog) Ends() []int32 {
	if d.encoder == nil {
		return nil
	}
	return d.encoder.Ends()
}

// Plain says that there is no template: what is said is one text.
func (d *Dialog) Plain() bool { return d.encoder == nil }

// Tokens are the ids of the conversation as the model reads it, with what an answer begins with if answering. Special tokens
// come from the template alone; a plain text, which has none, is read as [generate.Session.Stream] reads a prompt.
func (d *Dialog) Tokens(answering bool) ([]int32, error) {
	if d.encoder == nil {
		var text strings.Builder
		text.WriteString(d.System)
		for _, m := range d.seen() {
			text.WriteString(m.Content)
		}
		ids := token.EncodeSpecial(d.tok, text.String(), nil)
		if len(ids) == 0 {
			return nil, errors.New("there is no text to go on with")
		}
		return ids, nil
	}
	var messages []chat.Message
	if d.System != "" {
		messages = append(messages, chat.Message{Role: "system", Content: d.System})
	}
	for _, m := range d.seen() {
		messages = append(messages, chat.Message{Role: m.Role, Content: m.Content})
	}
	return d.encoder.Encode(chat.Input{Messages: messages, AddGenerationPrompt: answering})
}

// Ask adds what the user says and streams the answer, which then is a message too. Where ctx ends or the caller leaves
// the loop, what was written stays, marked as interrupted. Where nothing was written, or there is another
// error, what the user said is taken back. The error is a [*FullError], one of the template or of the model, or of ctx.
func (d *Dialog) Ask(ctx context.Context, said string) iter.Seq2[generate.Token, error] {
	return func(yield func(generate.Token, error) bool) { d.ask(ctx, said, d.Messages, yield) }
}

// ErrNoQuestion says that the user has said nothing yet.
var ErrNoQuestion = errors.New("there is no question yet")

// Retry streams another answer to the last question, in the place of the one it had. That one stays where Ask would have
// taken the question back. The error is one of Ask's, or [ErrNoQuestion].
func (d *Dialog) Retry(ctx context.Context) iter.Seq2[generate.Token, error] {
	return func(yield func(generate.Token, error) bool) {
		before := d.Messages
		said, ok := d.Undo()
		if !ok {
			yield(generate.Token{}, ErrNoQuestion)
			return
		}
		d.ask(ctx, said, before, yield)
	}
}

// ask is Ask; where there is no answer the messages are those from before.
func (d *Dialog) ask(ctx context.Context, said string, before []Message, yield func(generate.Token, error) bool) {
	d.Messages = append(slices.Clip(d.Messages), Message{Role: "user", Content: said}) // before may go on where they end
	answer, err := d.answer(ctx, yield)
	left := err == errLeft
	stopped := left || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
	if d.Last.Kept = err == nil || stopped && answer != ""; d.Last.Kept {
		d.Messages = append(d.Messages, Message{Role: "assistant", Content: answer, Interrupted: stopped})
	} else {
		d.Messages = before
	}
	if err != nil && !left {
		yield(generate.Token{}, err)
	}
}

// seen is the messages that the model sees: some at the end, from one of the user on.
func (d *Dialog) seen() []Message {
	d.unseen = min(d.unseen, max(len(d.Messages)-1, 0)/2*2)
	return d.Messages[d.unseen:]
}

// fitting is the conversation as the model reads it. With Shift, where it leaves less than a quarter of the context to an answer
// that may be longer, turns are left out until half is free: seldom, as all that stays has to be read again then.
func (d *Dialog) fitting(longest int) (ids []int32, err error) {
	ids, err = d.Tokens(true)
	left := d.Context / 4
	if longest > 0 {
		left = min(left, longest)
	}
	if !d.Shift || d.Context == 0 || err != nil || len(ids)+left <= d.Context {
		return ids, err
	}
	for len(ids) > d.Context/2 && d.unseen+2 < len(d.Messages) && err == nil {
		d.unseen += 2
		ids, err = d.Tokens(true)
	}
	return ids, err
}

// errLeft says that the caller left the loop.
var errLeft = errors.New("left")

// answer streams what follows the conversation. Where the caller leaves before its end the error is errLeft.
func (d *Dialog) answer(ctx context.Context, yield func(generate.Token, error) bool) (string, error) {
	d.Last = Turn{}
	o := d.Sampling
	ids, err := d.fitting(o.Max)
	if err != nil {
		return "", err
	}
	o.Seed += d.asked
	d.asked++
	d.Last.Prompt, d.Last.Unseen = len(ids), d.unseen
	capped := false
	if d.Context > 0 {
		room := d.Context - len(ids) + 1 // the last token written need not be read
		if room < 2 {
			return "", &FullError{len(ids), d.Context}
		}
		if capped = o.Max == 0 || o.Max > room; capped {
			o.Max, o.Min = room, min(o.Min, room)
		}
	}
	var answer strings.Builder
	for t, err := range d.session.Continue(ctx, ids, o) {
		if err != nil {
			return answer.String(), err
		}
		d.Last.Tokens++
		d.Last.Reason = t.Reason
		if d.encoder != nil && answer.Len() == 0 {
			t.Text = strings.TrimLeftFunc(t.Text, unicode.IsSpace) // the template has what stands before an answer
		}
		answer.WriteString(t.Text)
		d.Last.Full = capped && t.Reason == generate.Length
		switch more := yield(t, nil); {
		case t.Reason != "":
			return answer.String(), nil
		case !more:
			return answer.String(), errLeft
		}
	}
	return answer.String(), nil
}

package chat

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// ErrNone is what [Parse] says of an empty text: the model has no chat template.
var ErrNone = errors.New("the tokenizer has no chat template: the model was not trained on conversations, or its folder lacks " +
	"chat_template.jinja and the field chat_template of tokenizer_config.json; give it plain text, or a template of its family")

// A Template is a chat template, ready to run. It may be used by several goroutines at once.
type Template struct {
	// Limits bound a run; the zero value has defaults.
	Limits Limits

	text string // as it was parsed
	body []stmt
}

// Parse reads a template. Its error is an [*Error] with the line, or [ErrNone] where text is empty.
func Parse(text string) (t *Template, err error) {
	switch {
	case text == "":
		return nil, ErrNone
	case len(text) > maxText:
		return nil, fmt.Errorf("chat template of %d bytes, at most %d", len(text), maxText)
	case !utf8.ValidString(text):
		return nil, errors.New("chat template: not valid UTF-8")
	}
	defer catch(&err)
	p := &parser{parts: lex(text), line: 1}
	body, _ := p.body("", 1)
	return &Template{text: text, body: body}, nil
}

// A Message is one turn of a conversation.
type Message struct {
	Role    string // system, user, assistant, tool
	Content any    // a string, or what the template takes: a list of parts, or nil beside tool_calls
	// More are further fields, such as tool_calls, name or reasoning_content: what [JSON] returns, or Go's own values.
	More map[string]any
}

// An Input is what a template sees.
type Input struct {
	Messages            []Message
	Tools               []any          // what [JSON] returns, or Go's own values; the variable tools is none where there are none
	AddGenerationPrompt bool           // end with what an answer of the assistant begins with
	BOS, EOS            string         // bos_token and eos_token, as the vocabulary spells them
	More                map[string]any // further variables, such as enable_thinking
	Now                 time.Time      // for strftime_now; the present where it is zero
}

// Render writes the conversation as the model was trained to read it. Special tokens come spelled out: encode the text
// without putting BOS before it again. The error is an [*Error]: what the template did, where, and whether it refused
// the conversation; or it says which value of the input is none a template has.
func (t *Template) Render(in Input) (text string, err error) {
	top := &scope{}
	if err := in.fill(top); err != nil {
		return "", fmt.Errorf("chat template: %w", err)
	}
	r := &run{limits: t.Limits, line: 1, out: new(strings.Builder), scope: top, now: start(in.Now)}
	for _, l := range []struct {
		field     *int
		otherwise int
	}{{&r.limits.Steps, 1_000_000}, {&r.limits.Bytes, 4 << 20}, {&r.limits.Depth, 64}} {
		if *l.field == 0 {
			*l.field = l.otherwise
		}
	}
	defer catch(&err)
	do(r, t.body)
	return r.out.String(), nil
}

// fill sets the variables a template begins with.
func (in Input) fill(s *scope) error {
	messages := &list{}
	for i, m := range in.Messages {
		d := new(Dict)
		d.set("role", m.Role)
		content, err := from(m.Content, 0)
		if err != nil {
			return fmt.Errorf("the content of message %d: %w", i, err)
		}
		d.set("content", content)
		more, err := from(m.More, 0)
		if err != nil {
			return fmt.Errorf("message %d: %w", i, err)
		}
		for _, k := range more.(*Dict).keys {
			d.set(k, more.(*Dict).values[k])
		}
		messages.items = append(messages.items, d)
	}
	more, err := from(in.More, 0)
	if err != nil {
		return err
	}
	for _, k := range more.(*Dict).keys {
		s.set(k, more.(*Dict).values[k])
	}
	tools, err := from(in.Tools, 0)
	if err != nil {
		return fmt.Errorf("tools: %w", err)
	}
	if len(in.Tools) == 0 {
		tools = nil
	}
	s.set("tools", tools)
	s.set("messages", messages)
	s.set("add_generation_prompt", in.AddGenerationPrompt)
	s.set("bos_token", in.BOS)
	s.set("eos_token", in.EOS)
	return nil
}

// JSON reads a value whose dictionaries keep the order of their keys, for a field of [Input] or [Message]: tojson shows
// it in that order.
func JSON(data []byte) (any, error) {
	d := jsontext.NewDecoder(bytes.NewReader(data))
	v, err := decode(d, 0)
	if err == nil {
		if _, err = d.ReadToken(); err == io.EOF {
			return v, nil
		}
		err = errors.New("something follows the value")
	}
	return nil, fmt.Errorf("JSON for a chat template: %w", err)
}

func decode(d *jsontext.Decoder, depth int) (any, error) {
	if depth > 64 {
		return nil, errors.New("nested more than 64 deep")
	}
	t, err := d.ReadToken()
	if err != nil {
		return nil, err
	}
	switch t.Kind() {
	case 'n':
		return nil, nil
	case 't', 'f':
		return t.Bool(), nil
	case '"':
		return t.String(), nil
	case '0':
		return from(json.Number(t.String()), 0)
	case '[':
		l := &list{}
		for d.PeekKind() != ']' {
			v, err := decode(d, depth+1)
			if err != nil {
				return nil, err
			}
			l.items = append(l.items, v)
		}
		_, err := d.ReadToken()
		return l, err
	}
	dict := new(Dict)
	for d.PeekKind() != '}' {
		k, err := d.ReadToken()
		if err != nil {
			return nil, err
		}
		key := k.String()
		v, err := decode(d, depth+1)
		if err != nil {
			return nil, err
		}
		dict.set(key, v)
	}
	_, err = d.ReadToken()
	return dict, err
}

package data

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// A Turn is what one side of a conversation says.
type Turn struct {
	Role    string // system, user, assistant
	Content string
}

// assistant is the role whose turns are learnt.
const assistant = "assistant"

// conversations says what a line may hold.
const conversations = "want messages, conversations, prompt and completion, or instruction and output"

// answers are the fields that a single answer may be in.
var answers = []string{"completion", "response", "output"}

// speakers are the roles of ShareGPT's "from".
var speakers = map[string]string{
	"human": "user", "user": "user", "gpt": assistant, "assistant": assistant, "bot": assistant, "model": assistant, "system": "system", "tool": "tool",
}

// parseTurns reads one conversation, which ends with the assistant. Its errors name the field.
func parseTurns(line []byte) (turns []Turn, err error) {
	if bytes.HasPrefix(bytes.TrimSpace(line), []byte("[")) {
		return nil, errors.New("a list; want an object a line, as jq -c '.[]' writes them")
	}
	c, err := objectOf(line)
	if err != nil {
		return nil, err
	}
	system, err := c.text("system")
	if err != nil {
		return nil, err
	}
	ask, answer := c.first("prompt", "instruction"), c.first(answers...)
	switch list := c.first("messages", "conversations"); {
	case list != "":
		turns, err = c.turns(list)
	case c.has("chosen"):
		err = errors.New("chosen and rejected rank two answers, of which nothing is learnt here; " + conversations)
	case ask == "" && answer == "":
		err = fmt.Errorf("no conversation among the fields %s; %s", strings.Join(slices.Sorted(maps.Keys(c.fields)), ", "), conversations)
	case ask == "":
		err = fmt.Errorf("%s is without a prompt or an instruction; %s", answer, conversations)
	case answer == "":
		err = fmt.Errorf("%s is without a completion, a response or an output; %s", ask, conversations)
	default:
		turns, err = c.pair(ask, answer)
	}
	if err != nil {
		return nil, err
	}
	var roles []string
	for _, t := range turns {
		roles = append(roles, t.Role)
	}
	for len(turns) > 0 && turns[len(turns)-1].Role != assistant {
		turns = turns[:len(turns)-1] // a question that nobody answers teaches nothing
	}
	if len(turns) == 0 {
		return nil, fmt.Errorf("no turn of the %s: the roles are %q", assistant, slices.Compact(roles))
	}
	if system != "" && turns[0].Role != "system" {
		turns = append([]Turn{{"system", system}}, turns...)
	}
	return turns, nil
}

// object is a JSON object that knows its place in the line.
type object struct {
	at     string // "" or messages[2].
	fields map[string]jsontext.Value
}

// objectOf reads the object of a line.
func objectOf(line []byte) (c object, err error) {
	var v jsontext.Value
	if err := json.Unmarshal(line, &v); err != nil {
		at := ""
		if bad := (*jsontext.SyntacticError)(nil); errors.As(err, &bad) {
			at, err = fmt.Sprintf(" at byte %d", bad.ByteOffset+1), bad.Err
		}
		return c, fmt.Errorf("no JSON%s: %w; want a whole object on each line", at, err)
	}
	return asObject("", "the line", v)
}

func asObject(at, name string, v jsontext.Value) (c object, err error) {
	if v.Kind() != '{' {
		return c, fmt.Errorf("%s is %s; want an object", name, found(v))
	}
	c.at = at
	if err := json.Unmarshal(v, &c.fields); err != nil {
		return c, fmt.Errorf("%s: %w", name, err) // was found to be valid
	}
	return c, nil
}

// found says what a value is.
func found(v jsontext.Value) string {
	if v == nil {
		return "missing"
	}
	switch v.Kind() {
	case '{':
		return "an object"
	case '[':
		return "a list"
	case '"':
		return fmt.Sprintf("the text %.40s", v)
	case '0':
		return fmt.Sprintf("the number %.40s", v)
	}
	return string(v)
}

// has says whether there is a field that is not null.
func (c object) has(name string) bool { v := c.fields[name]; return v != nil && v.Kind() != 'n' }

// first is the first of some fields that there is.
func (c object) first(names ...string) string {
	if i := slices.IndexFunc(names, c.has); i >= 0 {
		return names[i]
	}
	return ""
}

// text is a field that holds a text, or a list of parts of type text; "" where there is none.
func (c object) text(name string) (s string, err error) {
	v := c.fields[name]
	switch {
	case !c.has(name):
		return "", nil
	case v.Kind() == '"':
		return s, json.Unmarshal(v, &s)
	case v.Kind() != '[':
		return "", fmt.Errorf("%s%s is %s; want a text", c.at, name, found(v))
	}
	list, err := c.list(name)
	for i, part := range list {
		at := fmt.Sprintf("%s%s[%d]", c.at, name, i)
		p, err := asObject(at+".", at, part)
		if err != nil {
			return "", err
		}
		if kind := p.fields["type"]; string(kind) != `"text"` {
			return "", fmt.Errorf("%s.type is %s; only parts of type text are read", at, found(kind))
		}
		more, err := p.text("text")
		if err != nil {
			return "", err
		}
		s += more
	}
	return s, err
}

// list is a field that holds a list.
func (c object) list(name string) (list []jsontext.Value, err error) {
	if v := c.fields[name]; v.Kind() != '[' {
		return nil, fmt.Errorf("%s%s is %s; want a list", c.at, name, found(v))
	}
	return list, json.Unmarshal(c.fields[name], &list)
}

// turns is a list of {"role", "content"} or of ShareGPT's {"from", "value"}.
func (c object) turns(name string) (turns []Turn, err error) {
	list, err := c.list(name)
	if err != nil {
		return nil, err
	}
	for i, v := range list {
		at := fmt.Sprintf("%s%s[%d]", c.at, name, i)
		m, err := asObject(at+".", at, v)
		if err != nil {
			return nil, err
		}
		who, what := m.first("role", "from"), m.first("content", "value")
		if who == "" {
			return nil, fmt.Errorf("%s has no role; want role and content, or from and value", at)
		}
		var t Turn
		if t.Role, err = m.text(who); err == nil {
			t.Content, err = m.text(what)
		}
		if err != nil {
			return nil, err
		}
		if who == "from" {
			role, known := speakers[t.Role]
			if !known {
				return nil, fmt.Errorf("%s.from is %q; want one of %s", at, t.Role, strings.Join(slices.Sorted(maps.Keys(speakers)), ", "))
			}
			t.Role = role
		}
		switch {
		case t.Role == "":
			return nil, fmt.Errorf("%s.%s is empty; want user, assistant, system or another that the template knows", at, who)
		case what == "" && m.has("tool_calls"):
			return nil, fmt.Errorf("%s has tool_calls and no content; want an answer in words", at)
		case what == "":
			return nil, fmt.Errorf("%s has no content; want role and content, or from and value", at)
		case t.Role == assistant && strings.TrimSpace(t.Content) == "":
			return nil, fmt.Errorf("%s.%s is %q; want an answer that is not empty", at, what, t.Content)
		}
		turns = append(turns, t)
	}
	return turns, nil
}

// pair is a question and its answer: two texts, the first with an input (or context) that it is about, or two lists of turns.
func (c object) pair(ask, answer string) ([]Turn, error) {
	if c.fields[ask].Kind() == '[' && c.fields[answer].Kind() == '[' {
		asked, err := c.turns(ask)
		if err != nil {
			return nil, err
		}
		said, err := c.turns(answer)
		return append(asked, said...), err
	}
	question, err := c.text(ask)
	if err != nil {
		return nil, err
	}
	about, err := c.text(c.first("input", "context"))
	if err != nil {
		return nil, err
	}
	if about != "" {
		question += "\n\n" + about
	}
	said, err := c.text(answer)
	if err == nil && strings.TrimSpace(said) == "" {
		err = fmt.Errorf("%s is %q; want an answer that is not empty", answer, said)
	}
	return []Turn{{"user", question}, {assistant, said}}, err
}

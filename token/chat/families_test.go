package chat

import (
	"strings"
	"testing"
	"time"
)

// conversation is system, user, assistant, user.
func conversation() []Message {
	return []Message{
		{Role: "system", Content: "Be brief."},
		{Role: "user", Content: " What is 1+1? "},
		{Role: "assistant", Content: "2"},
		{Role: "user", Content: "再加一?"},
	}
}

// The families, each with a template of its style, what it makes of a conversation, and what it refuses.
var families = []struct {
	name, template string
	in             Input
	want           string
}{
	{"ChatML", `{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n' }}{% endfor %}` +
		`{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}`,
		Input{Messages: conversation(), AddGenerationPrompt: true},
		"<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\n What is 1+1? <|im_end|>\n<|im_start|>assistant\n2<|im_end|>\n" +
			"<|im_start|>user\n再加一?<|im_end|>\n<|im_start|>assistant\n"},

	{"Llama 2", `{%- if messages[0]['role'] == 'system' %}
    {%- set turns = messages[1:] %}
    {%- set system = messages[0]['content'] %}
{%- else %}
    {%- set turns = messages %}
    {%- set system = false %}
{%- endif %}
{%- for message in turns %}
    {%- if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}
        {{- raise_exception('Roles must alternate: user, assistant, user ...') }}
    {%- endif %}
    {%- if loop.index0 == 0 and system != false %}
        {%- set content = '<<SYS>>\n' + system + '\n<</SYS>>\n\n' + message['content'] %}
    {%- else %}
        {%- set content = message['content'] %}
    {%- endif %}
    {%- if message['role'] == 'user' %}
        {{- bos_token + '[INST] ' + content.strip() + ' [/INST]' }}
    {%- elif message['role'] == 'assistant' %}
        {{- ' ' + content.strip() + ' ' + eos_token }}
    {%- endif %}
{%- endfor %}`,
		Input{Messages: conversation(), BOS: "<s>", EOS: "</s>"},
		"<s>[INST] <<SYS>>\nBe brief.\n<</SYS>>\n\n What is 1+1? [/INST] 2 </s><s>[INST] 再加一? [/INST]"},

	{"Llama 3", `{{- bos_token }}
{%- if not date_string is defined %}
    {%- if strftime_now is defined %}
        {%- set date_string = strftime_now("%d %b %Y") %}
    {%- else %}
        {%- set date_string = "26 Jul 2024" %}
    {%- endif %}
{%- endif %}
{#- The system message comes first, if there is one. #}
{%- if messages[0]['role'] == 'system' %}
    {%- set system_message = messages[0]['content']|trim %}
    {%- set messages = messages[1:] %}
{%- else %}
    {%- set system_message = "" %}
{%- endif %}
{{- "<|start_header_id|>system<|end_header_id|>\n\n" }}
{{- "Today Date: " + date_string + "\n\n" }}
{{- system_message }}
{{- "<|eot_id|>" }}
{%- for message in messages %}
    {{- '<|start_header_id|>' + message['role'] + '<|end_header_id|>\n\n'+ message['content'] | trim + '<|eot_id|>' }}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|start_header_id|>assistant<|end_header_id|>\n\n' }}
{%- endif %}
`,
		Input{Messages: conversation(), BOS: "<|begin_of_text|>", AddGenerationPrompt: true, Now: time.Date(2025, 3, 7, 9, 5, 0, 0, time.UTC)},
		"<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\nToday Date: 07 Mar 2025\n\nBe brief.<|eot_id|>" +
			"<|start_header_id|>user<|end_header_id|>\n\nWhat is 1+1?<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n2<|eot_id|>" +
			"<|start_header_id|>user<|end_header_id|>\n\n再加一?<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n"},

	{"Mistral", `{{ bos_token }}
{%- set ns = namespace(index=0) %}
{%- set loop_messages = messages | rejectattr("role", "equalto", "system") | list %}
{%- set system = messages | selectattr("role", "eq", "system") | map(attribute="content") | join("\n") %}
{%- for message in loop_messages %}
    {%- if message.role == "user" %}
        {%- if loop.last and system %}
            {{- "[INST] " + system + "\n\n" + message.content + "[/INST]" }}
        {%- else %}
            {{- "[INST] " ~ message.content ~ "[/INST]" }}
        {%- endif %}
        {%- set ns.index = ns.index + 1 %}
    {%- else %}
        {{- " " + message.content + eos_token }}
    {%- endif %}
{%- endfor %}{# {{ ns.index }} users #}`,
		Input{Messages: conversation(), BOS: "<s>", EOS: "</s>"},
		"<s>[INST]  What is 1+1? [/INST] 2</s>[INST] Be brief.\n\n再加一?[/INST]"},

	{"Gemma", `{{ bos_token }}{% if messages[0]['role'] == 'system' %}{% set first = messages[0]['content'] + '\n\n' %}{% set rest = messages[1:] %}` +
		`{% else %}{% set first = '' %}{% set rest = messages %}{% endif %}{% for message in rest %}` +
		`{% if (message['role'] == 'assistant') %}{% set role = 'model' %}{% else %}{% set role = message['role'] %}{% endif %}` +
		`{{ '<start_of_turn>' + role + '\n' + (first if loop.first else '') + message['content'] | trim + '<end_of_turn>\n' }}{% endfor %}` +
		`{% if add_generation_prompt %}{{'<start_of_turn>model\n'}}{% endif %}`,
		Input{Messages: conversation(), BOS: "<bos>", AddGenerationPrompt: true},
		"<bos><start_of_turn>user\nBe brief.\n\nWhat is 1+1?<end_of_turn>\n<start_of_turn>model\n2<end_of_turn>\n" +
			"<start_of_turn>user\n再加一?<end_of_turn>\n<start_of_turn>model\n"},

	{"Phi-3", `{% for message in messages %}
{% if message['role'] == 'system' %}
{{'<|system|>
' + message['content'] + '<|end|>
'}}{% elif message['role'] == 'user' %}
{{'<|user|>
' + message['content'] + '<|end|>
'}}{% elif message['role'] == 'assistant' %}
{{'<|assistant|>
' + message['content'] + '<|end|>
'}}{% endif %}
{% endfor %}
{% if add_generation_prompt %}
{{ '<|assistant|>
' }}{% else %}
{{ eos_token }}{% endif %}`,
		Input{Messages: conversation()[:2], EOS: "<|endoftext|>"},
		"<|system|>\nBe brief.<|end|>\n<|user|>\n What is 1+1? <|end|>\n<|endoftext|>"},

	{"DeepSeek", `{% if not add_generation_prompt is defined %}{% set add_generation_prompt = false %}{% endif %}` +
		`{%- set ns = namespace(is_first=false, system='') -%}
{%- for message in messages %}{%- if message['role'] == 'system' %}{%- set ns.system = message['content'] %}{%- endif %}{%- endfor -%}
{{ bos_token }}{{ ns.system }}
{%- for message in messages %}
{%- if message['role'] == 'user' %}{{ '<｜User｜>' + message['content'] }}{%- endif %}
{%- if message['role'] == 'assistant' and message['content'] is not none %}
{%- set content = message['content'] %}
{%- if '</think>' in content %}{% set content = content.split('</think>')[-1] %}{% endif %}
{{- '<｜Assistant｜>' + content + '<｜end▁of▁sentence｜>' }}{%- endif %}
{%- endfor -%}
{% if add_generation_prompt %}{{ '<｜Assistant｜><think>\n' }}{% endif %}`,
		Input{Messages: []Message{{Role: "system", Content: "S"}, {Role: "user", Content: "q"}, {Role: "assistant", Content: "<think>hm</think>a"},
			{Role: "assistant", Content: nil}, {Role: "user", Content: "r"}}, BOS: "<｜begin▁of▁sentence｜>", AddGenerationPrompt: true},
		"<｜begin▁of▁sentence｜>S<｜User｜>q<｜Assistant｜>a<｜end▁of▁sentence｜><｜User｜>r<｜Assistant｜><think>\n"},

	{"Qwen with tools", `{%- if tools %}
    {{- '<|im_start|>system\n' }}
    {%- if messages[0].role == 'system' %}
        {{- messages[0].content + '\n\n' }}
    {%- endif %}
    {{- "# Tools\n<tools>" }}
    {%- for tool in tools %}
        {{- "\n" }}
        {{- tool | tojson }}
    {%- endfor %}
    {{- "\n</tools><|im_end|>\n" }}
{%- endif %}
{%- set ns = namespace(last=messages|length - 1, found=false) %}
{%- for message in messages[::-1] %}
    {%- set index = (messages|length - 1) - loop.index0 %}
    {%- if not ns.found and message.role == "user" and not(message.content.startswith('<tool_response>') and message.content.endswith('</tool_response>')) %}
        {%- set ns.found = true %}
        {%- set ns.last = index %}
    {%- endif %}
{%- endfor %}
{%- for message in messages %}
    {%- if message.role == "user" %}
        {{- '<|im_start|>' + message.role + '\n' + message.content + '<|im_end|>\n' }}
    {%- elif message.role == "assistant" %}
        {{- '<|im_start|>assistant\n' + (message.content or '') }}
        {%- for call in message.tool_calls or [] %}
            {%- if call.function is defined %}{%- set call = call.function %}{%- endif %}
            {%- if (loop.first and message.content) or (not loop.first) %}{{- '\n' }}{%- endif %}
            {{- '<tool_call>\n{"name": "' ~ call.name ~ '", "arguments": ' }}
            {{- call.arguments if call.arguments is string else call.arguments | tojson }}
            {{- '}\n</tool_call>' }}
        {%- endfor %}
        {{- '<|im_end|>\n' }}
    {%- elif message.role == "tool" %}
        {%- if loop.first or messages[loop.index0 - 1].role != "tool" %}{{- '<|im_start|>user' }}{%- endif %}
        {{- '\n<tool_response>\n' + message.content + '\n</tool_response>' }}
        {%- if loop.last or messages[loop.index0 + 1].role != "tool" %}{{- '<|im_end|>\n' }}{%- endif %}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\n' }}
    {%- if enable_thinking is defined and enable_thinking is false %}
        {{- '<think>\n\n</think>\n\n' }}
    {%- endif %}
{%- endif %}`,
		Input{
			Messages: []Message{
				{Role: "system", Content: "S"},
				{Role: "user", Content: "Weather in 北京?"},
				{Role: "assistant", Content: nil, More: map[string]any{"tool_calls": ordered(`[{"type":"function","function":{"name":"weather","arguments":{"city":"北京","days":2}}},{"name":"time","arguments":"{}"}]`)}},
				{Role: "tool", Content: `{"t": 3}`},
				{Role: "tool", Content: "12:00"},
			},
			Tools:               []any{ordered(`{"type":"function","function":{"name":"weather","parameters":{"city":"string","exact":true,"scale":1.5,"none":null}}}`)},
			AddGenerationPrompt: true,
			More:                map[string]any{"enable_thinking": false},
		},
		"<|im_start|>system\nS\n\n# Tools\n<tools>\n" +
			`{"type": "function", "function": {"name": "weather", "parameters": {"city": "string", "exact": true, "scale": 1.5, "none": null}}}` +
			"\n</tools><|im_end|>\n<|im_start|>user\nWeather in 北京?<|im_end|>\n<|im_start|>assistant\n<tool_call>\n" +
			`{"name": "weather", "arguments": {"city": "北京", "days": 2}}` + "\n</tool_call>\n<tool_call>\n" + `{"name": "time", "arguments": {}}` +
			"\n</tool_call><|im_end|>\n<|im_start|>user\n<tool_response>\n{\"t\": 3}\n</tool_response>\n<tool_response>\n12:00\n</tool_response><|im_end|>\n" +
			"<|im_start|>assistant\n<think>\n\n</think>\n\n"},
}

// ordered reads JSON that is known to be sound.
func ordered(text string) any {
	v, err := JSON([]byte(text))
	if err != nil {
		panic(err)
	}
	return v
}

func TestFamilies(t *testing.T) {
	for _, f := range families {
		tmpl, err := Parse(f.template)
		if err != nil {
			t.Errorf("%s: %v", f.name, err)
			continue
		}
		got, err := tmpl.Render(f.in)
		if err != nil || got != f.want {
			t.Errorf("%s: %v\n got %q\nwant %q", f.name, err, got, f.want)
		}
		again, err := tmpl.Render(f.in)
		if err != nil || again != got {
			t.Errorf("%s: a second run differs: %v", f.name, err)
		}
	}
}

func TestTemplateRefuses(t *testing.T) {
	tmpl, err := Parse(families[1].template)
	if err != nil {
		t.Fatal(err)
	}
	_, err = tmpl.Render(Input{Messages: []Message{{Role: "assistant", Content: "hi"}}})
	e, ok := err.(*Error)
	if !ok || !e.Refused || e.Line != 10 || !strings.Contains(e.Error(), "line 10: the template refuses the conversation: Roles must alternate") {
		t.Errorf("%v", err)
	}
}

package chat

import (
	"maps"
	"slices"
)

// Names are those of the templates that [Named] has.
func Names() []string { return slices.Sorted(maps.Keys(named)) }

// Named is the text of a template of a widespread style, for a model whose files have none: alpaca, chatml, gemma, llama2, llama3,
// plain, vicuna, zephyr. plain is a line that says who speaks and one with what is said, and needs no special token but the one that
// ends texts. An answer ends with a special token in each.
func Named(name string) (text string, ok bool) {
	text, ok = named[name]
	return text, ok
}

var named = map[string]string{
	"plain": `{% for m in messages %}{{ m.role }}:
{{ m.content }}{{ eos_token }}
{% endfor %}{% if add_generation_prompt %}assistant:
{% endif %}`,

	"chatml": `{% for m in messages %}<|im_start|>{{ m.role }}
{{ m.content }}<|im_end|>
{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant
{% endif %}`,

	"zephyr": `{% for m in messages %}<|{{ m.role }}|>
{{ m.content }}{{ eos_token }}
{% endfor %}{% if add_generation_prompt %}<|assistant|>
{% endif %}`,

	"llama3": `{{- bos_token -}}{% for m in messages %}{{- '<|start_header_id|>' + m.role + '<|end_header_id|>\n\n' + m.content | trim + '<|eot_id|>' -}}
{% endfor %}{% if add_generation_prompt %}{{- '<|start_header_id|>assistant<|end_header_id|>\n\n' -}}{% endif %}`,

	"gemma": `{{ bos_token }}{% for m in messages %}
{% if m.role == 'system' %}{{ raise_exception('this template has no place for a system text') }}{% endif %}
<start_of_turn>{{ 'model' if m.role == 'assistant' else m.role }}
{{ m.content | trim }}<end_of_turn>
{% endfor %}{% if add_generation_prompt %}<start_of_turn>model
{% endif %}`,

	"llama2": `{% for m in messages %}
{% if m.role == 'user' %}{{- bos_token + '[INST] ' -}}
{% if messages[0].role == 'system' and loop.index0 == 1 %}{{- '<<SYS>>\n' + messages[0].content + '\n<</SYS>>\n\n' -}}{% endif %}
{{- m.content | trim + ' [/INST]' -}}
{% elif m.role == 'assistant' %}{{- ' ' + m.content | trim + ' ' + eos_token -}}{% endif %}
{% endfor %}`,

	"alpaca": `{% if messages[0].role == 'system' %}{{- messages[0].content + '\n\n' -}}{% else %}
{{- 'Below is an instruction that describes a task. Write a response that appropriately completes the request.\n\n' -}}{% endif %}
{% for m in messages %}
{% if m.role == 'user' %}{{- '### Instruction:\n' + m.content + '\n\n' -}}
{% elif m.role == 'assistant' %}{{- '### Response:\n' + m.content + eos_token + '\n\n' -}}{% endif %}
{% endfor %}{% if add_generation_prompt %}{{- '### Response:\n' -}}{% endif %}`,

	"vicuna": `{% if messages[0].role == 'system' %}{{- messages[0].content -}}{% else %}
{{- "A chat between a curious user and an artificial intelligence assistant. " -}}
{{- "The assistant gives helpful, detailed, and polite answers to the user's questions." -}}{% endif %}
{% for m in messages %}
{% if m.role == 'user' %}{{- ' USER: ' + m.content -}}
{% elif m.role == 'assistant' %}{{- ' ASSISTANT: ' + m.content + eos_token -}}{% endif %}
{% endfor %}{% if add_generation_prompt %}{{- ' ASSISTANT:' -}}{% endif %}`,
}

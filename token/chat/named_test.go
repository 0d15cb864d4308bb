package chat

import (
	"slices"
	"strings"
	"testing"
)

// Each named template writes a conversation down as its family does, and what it asks for an answer with begins the answered
// conversation: so it can be learnt from.
func TestNamed(t *testing.T) {
	want := map[string]string{
		"plain":  "user:\nq</s>\nassistant:\na</s>\nuser:\nr</s>\nassistant:\n",
		"chatml": "<|im_start|>user\nq<|im_end|>\n<|im_start|>assistant\na<|im_end|>\n<|im_start|>user\nr<|im_end|>\n<|im_start|>assistant\n",
		"zephyr": "<|user|>\nq</s>\n<|assistant|>\na</s>\n<|user|>\nr</s>\n<|assistant|>\n",
		"llama3": "<s><|start_header_id|>user<|end_header_id|>\n\nq<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\na<|eot_id|>" +
			"<|start_header_id|>user<|end_header_id|>\n\nr<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n",
		"gemma":  "<s><start_of_turn>user\nq<end_of_turn>\n<start_of_turn>model\na<end_of_turn>\n<start_of_turn>user\nr<end_of_turn>\n<start_of_turn>model\n",
		"llama2": "<s>[INST] q [/INST] a </s><s>[INST] r [/INST]",
		"alpaca": "Below is an instruction that describes a task. Write a response that appropriately completes the request.\n\n" +
			"### Instruction:\nq\n\n### Response:\na</s>\n\n### Instruction:\nr\n\n### Response:\n",
		"vicuna": "A chat between a curious user and an artificial intelligence assistant. The assistant gives helpful, detailed, and polite " +
			"answers to the user's questions. USER: q ASSISTANT: a</s> USER: r ASSISTANT:",
	}
	system := map[string]string{"plain": "system:\nS</s>\nuser:", "chatml": "<|im_start|>system\nS<|im_end|>", "zephyr": "<|system|>\nS</s>",
		"llama3": "<s><|start_header_id|>system<|end_header_id|>\n\nS<|eot_id|>", "llama2": "<s>[INST] <<SYS>>\nS\n<</SYS>>\n\nq [/INST]",
		"alpaca": "S\n\n### Instruction:\nq", "vicuna": "S USER: q"}
	asked := []Message{{Role: "user", Content: "q"}, {Role: "assistant", Content: "a"}, {Role: "user", Content: "r"}}
	for _, name := range Names() {
		text, _ := Named(name)
		tmpl, err := Parse(text)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		render := func(messages []Message, answering bool) string {
			s, err := tmpl.Render(Input{Messages: messages, AddGenerationPrompt: answering, BOS: "<s>", EOS: "</s>"})
			if err != nil {
				return err.Error()
			}
			return s
		}
		before := render(asked, true)
		if before != want[name] {
			t.Errorf("%s: %q, want %q", name, before, want[name])
		}
		if whole := render(append(slices.Clone(asked), Message{Role: "assistant", Content: "b"}), false); !strings.HasPrefix(whole, before) {
			t.Errorf("%s: %q does not begin with %q", name, whole, before)
		}
		with := render(append([]Message{{Role: "system", Content: "S"}}, asked...), true)
		if name == "gemma" {
			if !strings.Contains(with, "no place for a system text") {
				t.Errorf("gemma: %q", with)
			}
		} else if system[name] == "" || !strings.HasPrefix(with, system[name]) {
			t.Errorf("%s: %q, want %q first", name, with, system[name])
		}
	}
	if _, ok := Named("nosuch"); ok || len(Names()) != len(want) {
		t.Error(Names())
	}
}

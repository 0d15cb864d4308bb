package model_test

import (
	"fmt"
	"os"

	"brick/grad"
	"brick/model"
	"brick/nn"
)

// A model is declared, saved as a Hugging Face folder, and opened again.
func ExampleOpen() {
	dir, err := os.MkdirTemp("", "folder")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	declared, err := model.FromConfig([]byte(`{"model_type": "mixtral", "vocab_size": 100, "hidden_size": 32, "intermediate_size": 64,
		"num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2, "max_position_embeddings": 64,
		"num_local_experts": 4, "num_experts_per_tok": 2}`))
	if err != nil {
		panic(err)
	}
	if err := model.Save(dir, nn.Build(declared, 1)); err != nil {
		panic(err)
	}

	m, err := model.Open(dir, model.OpenOptions{})
	if err != nil {
		panic(err)
	}
	tape := &grad.Tape{NoGrad: true}
	logits := m.Forward(tape.IDs([]int32{1, 2, 3}, 1, 3))
	fmt.Println(logits.Shape(), nn.Count(m))
	// Output: [1 3 100] 62112
}

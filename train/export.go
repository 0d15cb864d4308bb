package train

import (
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"

	"brick/data"
	"brick/model"
	"brick/nn"
	"brick/tensor/durable"
	"brick/tensor/safetensors"
	"brick/token"
)

// export writes the finished model: weights, those of adapters merged and beside them alone, and for the architectures that Hugging Face
// knows their config.json and generation_config.json, so that the run's folder is one of its checkpoints.
func (r *Run) export() error {
	if err := safetensors.WriteSources(filepath.Join(r.Dir, modelFile), merged(r.Model), map[string]string{"format": "pt"}, safetensors.WithCRC()); err != nil {
		return fmt.Errorf("train: %w", err)
	}
	if r.Job.LoRA.On() {
		if err := r.exportAdapter(); err != nil {
			return fmt.Errorf("train: adapters: %w", err)
		}
	}
	config, err := model.Config(r.Model)
	if errors.Is(err, model.ErrNoConfig) {
		config, err = json.MarshalIndent(map[string]any{
			"model_type": "brick", "stack": r.Model.Notation(), "input": r.Info.Input, "vocab": r.Info.Vocab, "outputs": r.outputs(), "source": r.Info.Source, "line": r.input().Line, "picture": r.Info.Picture, "parameters": plainCount(r.Model),
		}, "", "  ")
	}
	if err == nil {
		err = durable.WriteFile(filepath.Join(r.Dir, configFile), append(config, '\n'))
	}
	if err == nil && r.Info.Task == data.Language {
		err = r.exportGeneration()
	}
	if err != nil {
		return fmt.Errorf("train: %w", err)
	}
	return nil
}

// plainCount is the number of parameters without adapters.
func plainCount(m nn.Block) int {
	n := nn.Count(m)
	for _, l := range nn.Adaptable(m) {
		if a := l.Adapter(); a != nil {
			n -= a.Down.Len() + a.Up.Len()
		}
	}
	return n
}

// exportGeneration writes how the model is meant to be sampled.
func (r *Run) exportGeneration() error {
	c := map[string]any{"do_sample": true, "temperature": 0.8, "top_p": 0.95}
	s := r.Tokenizer.Special()
	for name, id := range map[string]int32{"bos_token_id": s.BOS, "eos_token_id": s.EOS, "pad_token_id": s.Pad} {
		if id != token.None {
			c[name] = id
		}
	}
	js, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return err
	}
	return durable.WriteFile(filepath.Join(r.Dir, "generation_config.json"), append(js, '\n'))
}

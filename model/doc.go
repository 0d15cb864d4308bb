// Package model answers: which network do I want, and what is it made of?
//
// Each architecture is one file, readable alone; [Table] lists them all with
// named sizes. [New] makes a model of a stack in stack notation or of a name from
// the table, for given data:
//
//	m, err := model.New("embed(128,pos=64) 4*gpt(heads=4) layernorm linear", nn.Input{Vocab: 256})
//
// A stack that is a GPT-2 or a LLaMA becomes the struct of that architecture, whose
// parameters carry the names of Hugging Face checkpoints. [Open] reads a folder of a published
// model of one of [Architectures], [Save] writes one; [FromConfig] and [Config] do so for its
// config.json alone. [Summary] says what each part costs.
package model

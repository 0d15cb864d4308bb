package blocks

import (
	"bytes"
	"context"

	"brick/course/lesson"
	"brick/nn"
	"brick/tensor"
	"brick/tensor/safetensors"
)

// maxDownload bounds the weights that an answer carries, in bytes.
const maxDownload = 64 << 20

// Weights is model.safetensors of the model that was trained last: the answer
// itself holds the file, so no address leads to one.
type Weights struct {
	Name  string `json:"name"`
	Step  int    `json:"step"`
	Bytes []byte `json:"bytes"` // in base64
}

var weights = lesson.Ask("weights", struct{}{}, func(_ context.Context, s *lesson.Session, _ struct{}) (w Weights, err error) {
	t, ok := lesson.Kept[*Trained](s, kept)
	if !ok {
		return w, untrained()
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	var list []tensor.Named
	size := 0
	for name, p := range nn.State(t.model) {
		list = append(list, tensor.Named{Name: name, Tensor: tensor.View(p.Var.Data(), p.Shape...)})
		size += 4 * p.Len()
	}
	if size > maxDownload {
		return w, &lesson.Refusal{Key: "refused.download", Args: []any{size >> 20, maxDownload >> 20}, Message: "the weights are too large for one answer of a page"}
	}
	var b bytes.Buffer
	if err := safetensors.Encode(&b, list, map[string]string{"stack": t.printed, "data": t.design.Data}); err != nil {
		return w, err
	}
	return Weights{safetensors.SingleName, t.step, b.Bytes()}, nil
})

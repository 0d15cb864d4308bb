package train

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
)

// Metrics are what an evaluation over a whole set found. Which fields mean
// something depends on the task; the others are zero.
type Metrics struct {
	Loss     float64 `json:"loss"`     // mean over examples or tokens, in nats for cross-entropy
	Examples int     `json:"examples"` // examples, or tokens for language

	LossError float64 `json:"loss_error,omitempty"` // standard error of Loss, where it was measured token by token

	Perplexity  float64 `json:"perplexity,omitempty"`    // e^loss
	BitsPerByte float64 `json:"bits_per_byte,omitempty"` // total nats / (ln 2 · bytes of text)

	Accuracy   float64 `json:"accuracy,omitempty"`             // share of examples or tokens predicted exactly
	Exact      float64 `json:"exact,omitempty"`                // translation, reading: share of the targets that greedy decoding writes without one wrong token
	Decoded    int     `json:"decoded,omitempty"`              // how many targets that was measured on
	CharErrors float64 `json:"character_error_rate,omitempty"` // reading: symbols to change, add or drop, over those there are
	Precision  float64 `json:"precision,omitempty"`
	Recall     float64 `json:"recall,omitempty"`
	F1         float64 `json:"f1,omitempty"` // macro average over classes, as Precision and Recall
	Confusion  [][]int `json:"confusion,omitempty"`

	R2   float64 `json:"r2,omitempty"`   // 1 − Σ(y−ŷ)² / Σ(y−ȳ)² over all targets, ȳ the mean of each; of constant targets 1 if met, else 0
	RMSE float64 `json:"rmse,omitempty"` // √ mean (y−ŷ)², in the units the model sees
	MAE  float64 `json:"mae,omitempty"`  // mean |y−ŷ|
}

// MarshalJSON writes numbers that are not finite as null.
func (m Metrics) MarshalJSON() ([]byte, error) {
	type plain Metrics
	return json.Marshal(struct {
		plain
		Loss       number `json:"loss"`
		Perplexity number `json:"perplexity,omitempty"`
		Bits       number `json:"bits_per_byte,omitempty"`
		R2         number `json:"r2,omitempty"`
		RMSE       number `json:"rmse,omitempty"`
		MAE        number `json:"mae,omitempty"`
	}{plain(m), number(m.Loss), number(m.Perplexity), number(m.BitsPerByte), number(m.R2), number(m.RMSE), number(m.MAE)})
}

// UnmarshalJSON reads what MarshalJSON wrote, null as NaN.
func (m *Metrics) UnmarshalJSON(js []byte) error {
	type plain Metrics
	var v struct {
		plain
		Loss       number `json:"loss"`
		Perplexity number `json:"perplexity"`
		Bits       number `json:"bits_per_byte"`
		R2         number `json:"r2"`
		RMSE       number `json:"rmse"`
		MAE        number `json:"mae"`
	}
	if err := json.Unmarshal(js, &v); err != nil {
		return err
	}
	*m = Metrics(v.plain)
	m.Loss, m.Perplexity, m.BitsPerByte = float64(v.Loss), float64(v.Perplexity), float64(v.Bits)
	m.R2, m.RMSE, m.MAE = float64(v.R2), float64(v.RMSE), float64(v.MAE)
	return nil
}

// String is one line for people: what matters for the task first.
func (m Metrics) String() string {
	var s []string
	add := func(format string, v ...any) { s = append(s, fmt.Sprintf(format, v...)) }
	if m.LossError > 0 {
		add("loss %.4f ± %.4f", m.Loss, m.LossError)
	} else {
		add("loss %.4f", m.Loss)
	}
	if m.BitsPerByte > 0 {
		add("%.3f bits per byte", m.BitsPerByte)
	}
	if m.Perplexity > 0 {
		add("perplexity %.2f", m.Perplexity)
	}
	if m.Accuracy > 0 || m.Confusion != nil {
		add("accuracy %.2f %%", 100*m.Accuracy)
	}
	if m.Decoded > 0 {
		add("exact %.2f %% of %d", 100*m.Exact, m.Decoded)
	}
	if m.CharErrors > 0 {
		add("character error rate %.2f %%", 100*m.CharErrors)
	}
	if m.F1 > 0 {
		add("F1 %.4f", m.F1)
	}
	if m.RMSE > 0 {
		add("R² %.6f, RMSE %.6g", m.R2, m.RMSE)
	}
	return strings.Join(s, ", ")
}

// Better reports whether m is the better model than o: lower loss, where NaN is worse than any.
func (m Metrics) Better(o Metrics) bool {
	return m.Loss < o.Loss || math.IsNaN(o.Loss) && !math.IsNaN(m.Loss)
}

package train

import "encoding/json"

// An Event is what happened last in a run.
type Event struct {
	Step  Step     // the step
	Done  int      // steps done
	Total int      // steps in all
	Valid *Metrics // an evaluation followed, on the validation set
	Best  bool     // … and it is the best so far
	Saved string   // a checkpoint was written here
	Note  string   // something the user should know, such as why a run ends early
}

// MarshalJSON writes one flat object, for programs that follow a run; numbers that are not finite are null.
func (e Event) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Step     int      `json:"step"` // steps done
		Total    int      `json:"of"`
		Loss     number   `json:"loss"`
		LR       float64  `json:"lr"`
		GradNorm number   `json:"grad_norm"`
		Skipped  bool     `json:"skipped,omitempty"`
		Examples int      `json:"examples"`
		Tokens   int      `json:"tokens"`
		Seconds  float64  `json:"seconds"`
		Valid    *Metrics `json:"valid,omitempty"`
		Best     bool     `json:"best,omitempty"`
		Saved    string   `json:"saved,omitempty"`
		Note     string   `json:"note,omitempty"`
	}{e.Done, e.Total, number(e.Step.Loss), e.Step.LR, number(e.Step.GradNorm), e.Step.Skipped,
		e.Step.Examples, e.Step.Tokens, e.Step.Took.Seconds(), e.Valid, e.Best, e.Saved, e.Note})
}

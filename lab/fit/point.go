package fit

// A Point is a model that was trained: what went in and what came out.
type Point struct {
	N float64 `json:"n"`    // parameters
	D float64 `json:"d"`    // tokens it was trained on
	C float64 `json:"c"`    // floating-point operations of its training
	L float64 `json:"loss"` // nats a token on text it has not seen
}

// Package dry answers: what would this computation cost?
//
// A [Device] computes nothing and holds nothing: buffers are sizes, kernels are
// counted. A model of any size runs on it forward and backward, and leaves the exact
// number of floating-point operations, the bytes that move, and (with the
// tape's Bytes and Device.Bytes) the memory a real run would need.
package dry

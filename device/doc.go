// Package device answers: where do arrays live, and who computes on them?
//
// A [Device] owns memory and runs kernels on it. Package grad has checked every
// shape before it calls one, so a kernel never checks, never allocates and
// never fails; what it may assume and what it must write is in its comment.
// [brick/device/cpu] is the device of this machine's processor cores,
// [brick/device/dry] computes nothing and counts what would be computed, and
// [brick/device/devicetest] is the conformance suite every device passes.
package device

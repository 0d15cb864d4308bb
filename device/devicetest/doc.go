// Package devicetest answers: does this device compute what package device says?
//
// [Run] holds a device to the comment of every method of [device.Device]: it
// makes arguments, computes in float64, with the plainest loops there are, what
// they must hold after the call, calls the method and compares. What a call may
// not touch, the zones before and after each argument included, must not have
// changed by a bit. [Deterministic] asks for the same bits from any number of
// workers, and [Allocs] that a warmed-up method allocates nothing.
//
// The suite reaches memory by Write and Read only, so it serves devices whose
// memory is not the host's. A device's own test is three lines:
//
//	func TestConformance(t *testing.T) {
//		devicetest.Run(t, func() device.Device { return cpu.New(2) })
//	}
package devicetest

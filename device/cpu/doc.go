// Package cpu is the device of this machine's processor cores.
//
// Work is cut into blocks of a size fixed by the kernel, never by the number of
// workers, and each block is computed by one worker: the bits of a result do
// not depend on how many there are. Each file holds one family of kernels: a
// task (its arguments, and how to do blocks lo to hi) and the Device method that runs it.
package cpu

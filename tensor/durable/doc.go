// Package durable answers: how do I replace a file so that a crash or a power
// cut leaves the old one or the new one, never half of one?
//
// A file is written under a temporary name in the same folder, its bytes are
// forced to the disk, it is renamed over the old one, and the folder is forced to
// the disk too (Pillai et al., "All File Systems Are Not Created Equal", OSDI 2014,
// for why all four steps are needed):
//
//	create .name.tmp-… → write → fsync file → rename → fsync folder
//
// Readers that have the old file open keep reading the old bytes; on Windows
// they must close it first, or the renaming fails and the old file stands.
//
// [WriteFile] does so with bytes at hand, [Create] with a stream. What they do to
// the disk goes through the interface [FS], so that a test can cut the power after
// every single step: see package durable/powerloss.
package durable

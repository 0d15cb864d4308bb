// Package powerloss answers: what would be on the disk had the power failed just
// then?
//
// A [Disk] is a file system in memory for package durable that notes every step.
// [Disk.Crashes] replays every prefix of the steps and gives each content the disk
// may be left with: bytes that were not forced to the disk may be lost, wholly or
// in part, and so may the latest changes of names in a folder that was not, in their
// order. A test then checks that each can be read as the old or the new state:
//
//	disk := powerloss.New(map[string][]byte{"model.safetensors": old})
//	save(durable.Disk{FS: disk})
//	for when, files := range disk.Crashes() {
//		…
//	}
package powerloss

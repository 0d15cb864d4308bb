package npy

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"io"
	"io/fs"
	"math"
	"slices"
	"strings"

	"brick/tensor/wire"
)

// The records of a zip file (PKWARE's APPNOTE.TXT, 4.3). The standard library's
// reader is not used because it takes memory for as many entries as a hostile file
// lists, before any of them can be looked at, and lets entries overlap, which is how
// zip bombs multiply (Fifield, "A better zip bomb", WOOT 2019).
const (
	sigLocal     = 0x04034b50
	sigCentral   = 0x02014b50
	sigEnd       = 0x06054b50
	sigEnd64     = 0x06064b50
	sigLocator64 = 0x07064b50

	lenLocal     = 30
	lenCentral   = 46
	lenEnd       = 22
	lenEnd64     = 56
	lenLocator64 = 20

	stored, deflated = 0, 8
	maxComment       = 65535
)

// The arrays of an archive may together be ratio times its size, and free bytes more,
// when unpacked. Deflate reaches 1032 on zeros; stored arrays have 1.
const (
	maxRatio = 100
	free     = 16 << 20
)

// member is one array of an archive.
type member struct {
	name     string // without .npy
	method   uint16
	crc      uint32
	at, size int64 // where its packed bytes are
	unpacked int64
	local    int64 // where its local header is
}

// directory reads a zip's central directory and checks it against the local headers.
func directory(file string, src io.ReaderAt, size int64) ([]member, error) {
	begin, end, count, err := findDirectory(file, src, size)
	if err != nil {
		return nil, err
	}
	r := wire.Part(file, src, begin, end)
	n := r.Count(count, lenCentral, "zip: number of entries")
	if n > wire.MaxTensors {
		r.Fail(begin, "zip: number of entries", fmt.Sprint(n), fmt.Sprintf("at most %d", wire.MaxTensors))
	}
	if r.Err() != nil {
		return nil, r.Err()
	}
	members := make([]member, 0, n)
	seen := make(map[string]bool, n)
	total := uint64(0)
	for range n {
		at := r.Offset()
		m := readCentral(r)
		if r.Err() != nil {
			break
		}
		if seen[m.name] {
			r.Fail(at, "zip: name", wire.Quote(m.name)+" a second time", "each name once")
		}
		seen[m.name] = true
		var ok bool
		if total, ok = wire.Add(total, uint64(m.unpacked)); !ok || total > uint64(size)*maxRatio+free {
			r.Fail(at, "zip: unpacked size", fmt.Sprintf("%d bytes and more in a file of %d", total, size),
				fmt.Sprintf("at most %d times the file and %d MiB", maxRatio, free>>20))
		}
		members = append(members, m)
	}
	if err := r.End("zip: central directory"); err != nil {
		return nil, err
	}
	return members, locate(file, src, begin, members)
}

// findDirectory finds the central directory by the record at the end of the file.
func findDirectory(file string, src io.ReaderAt, size int64) (begin, end int64, count uint64, err error) {
	r := wire.Part(file, src, max(0, size-lenEnd-maxComment), size)
	tailAt := r.Offset()
	tail := r.Bytes(uint64(r.Remaining()), "zip: end record")
	if r.Err() != nil {
		return 0, 0, 0, r.Err()
	}
	at := -1
	for i := len(tail) - lenEnd; i >= 0 && at < 0; i-- {
		if binary.LittleEndian.Uint32(tail[i:]) == sigEnd && i+lenEnd+int(binary.LittleEndian.Uint16(tail[i+20:])) == len(tail) {
			at = i
		}
	}
	if at < 0 {
		return 0, 0, 0, r.Fail(max(0, size-lenEnd), "zip: end record", "none", "a .npz file: a zip archive that is whole")
	}
	end = tailAt + int64(at)
	r = wire.Part(file, src, end+4, size)
	disk, diskDir := r.U16("zip: disk"), r.U16("zip: disk")
	here, all := uint64(r.U16("zip: entries")), uint64(r.U16("zip: entries"))
	length, start := uint64(r.U32("zip: directory size")), uint64(r.U32("zip: directory offset"))
	if all == math.MaxUint16 || length == math.MaxUint32 || start == math.MaxUint32 {
		return findDirectory64(file, src, end)
	}
	if disk != 0 || diskDir != 0 || here != all {
		return 0, 0, 0, r.Fail(end, "zip: end record", "an archive in several parts", "one file")
	}
	if start+length != uint64(end) {
		return 0, 0, 0, r.Fail(end, "zip: central directory", fmt.Sprintf("bytes %d to %d", start, start+length), fmt.Sprintf("an end at %d", end))
	}
	return int64(start), end, all, r.Err()
}

// findDirectory64 reads the larger end record of archives beyond 4 GiB or 65,535 entries.
func findDirectory64(file string, src io.ReaderAt, end int64) (int64, int64, uint64, error) {
	at := end - lenLocator64 - lenEnd64
	r := wire.Part(file, src, max(at, 0), end)
	if at < 0 {
		return 0, 0, 0, r.Fail(end, "zip: zip64 end record", "none", "one before the end record")
	}
	sig := r.U32("zip: zip64 end record")
	r.Skip(8+2+2, "zip: zip64 end record") // its size, versions
	disks := r.U32("zip: disk")
	disks |= r.U32("zip: disk")
	here, all := r.U64("zip: entries"), r.U64("zip: entries")
	length, start := r.U64("zip: directory size"), r.U64("zip: directory offset")
	sigLocator := r.U32("zip: zip64 locator")
	disks |= r.U32("zip: disk")
	where := r.U64("zip: zip64 locator")
	if r.Err() == nil && (sig != sigEnd64 || sigLocator != sigLocator64 || disks != 0 || here != all || where != uint64(at)) {
		r.Fail(at, "zip: zip64 end record", "one that disagrees with itself", "signature, place and counts that agree")
	}
	sum, ok := wire.Add(start, length)
	if r.Err() == nil && (!ok || sum != uint64(at)) {
		r.Fail(at, "zip: central directory", fmt.Sprintf("%d bytes from %d", length, start), fmt.Sprintf("an end at %d", at))
	}
	return int64(start), at, all, r.Err()
}

// readCentral reads one entry of the central directory.
func readCentral(r *wire.Reader) member {
	at := r.Offset()
	if sig := r.U32("zip: entry"); sig != sigCentral {
		r.Fail(at, "zip: entry", fmt.Sprintf("signature %#08x", sig), fmt.Sprintf("%#08x", uint32(sigCentral)))
	}
	var m member
	r.Skip(4, "zip: versions")
	flags := r.U16("zip: flags")
	m.method = r.U16("zip: method")
	r.Skip(4, "zip: time")
	m.crc = r.U32("zip: CRC-32")
	size, unpacked := uint64(r.U32("zip: packed size")), uint64(r.U32("zip: unpacked size"))
	nameLen, extraLen, commentLen := r.U16("zip: name length"), r.U16("zip: extra length"), r.U16("zip: comment length")
	r.Skip(2+2+4, "zip: attributes")
	local := uint64(r.U32("zip: local header offset"))
	name := r.Text(uint64(nameLen), math.MaxUint16, "zip: name")
	extra := r.Bytes(uint64(extraLen), "zip: extra")
	r.Skip(uint64(commentLen), "zip: comment")
	if r.Err() != nil {
		return m
	}
	zip64(extra, &unpacked, &size, &local)
	m.name = strings.TrimSuffix(name, ".npy")
	fail := func(found, want string) { r.Fail(at, "zip: entry "+wire.Quote(name), found, want) }
	switch {
	case !fs.ValidPath(name) || strings.ContainsAny(name, "\\:\x00"):
		fail("a path that leads elsewhere", "a plain name")
	case m.name == name:
		fail("a file that is no array", "names ending in .npy")
	case flags&1 != 0:
		fail("an encrypted entry", "plain ones")
	case m.method != stored && m.method != deflated:
		fail(fmt.Sprintf("compression method %d", m.method), "0 (stored) or 8 (deflate)")
	case m.method == stored && size != unpacked:
		fail(fmt.Sprintf("%d bytes stored as %d", unpacked, size), "equal sizes")
	case unpacked > math.MaxInt64 || size > math.MaxInt64 || local > math.MaxInt64:
		fail("a size or offset beyond 63 bits", "one inside the file")
	}
	m.size, m.unpacked, m.local = int64(size), int64(unpacked), int64(local)
	return m
}

// zip64 replaces the fields that are saturated by those of the extra field 1
// (APPNOTE 4.5.3), which are there in this order. What is missing stays saturated
// and is refused as lying outside the file.
func zip64(extra []byte, fields ...*uint64) {
	for len(extra) >= 4 {
		id, n := binary.LittleEndian.Uint16(extra), int(binary.LittleEndian.Uint16(extra[2:]))
		extra = extra[4:]
		if n > len(extra) {
			return
		}
		if id == 1 {
			b := extra[:n]
			for _, f := range fields {
				if *f == math.MaxUint32 && len(b) >= 8 {
					*f = binary.LittleEndian.Uint64(b)
					b = b[8:]
				}
			}
			return
		}
		extra = extra[n:]
	}
}

// locate finds the packed bytes of each member behind its local header, and
// checks that members lie before the directory, at end, and do not overlap.
func locate(file string, src io.ReaderAt, end int64, members []member) error {
	var head [lenLocal]byte
	var name []byte
	for i := range members {
		m := &members[i]
		fail := func(found, want string, err error) error {
			return &wire.Error{File: file, Offset: min(m.local, end), Field: "zip: local header of " + wire.Quote(m.name), Found: found, Want: want, Err: err}
		}
		if m.local > end-lenLocal {
			return fail(fmt.Sprintf("an offset of %d", m.local), fmt.Sprintf("one before the directory at %d", end), nil)
		}
		if n, err := src.ReadAt(head[:], m.local); n < len(head) {
			return fail("", "", err)
		}
		le := binary.LittleEndian
		sig, method := le.Uint32(head[:]), le.Uint16(head[8:])
		nameLen, extraLen := int64(le.Uint16(head[26:])), int64(le.Uint16(head[28:]))
		m.at = m.local + lenLocal + nameLen + extraLen
		if sig != sigLocal || method != m.method || m.at > end || m.size > end-m.at {
			return fail("one that disagrees with the directory", "the same method, and its bytes before the directory", nil)
		}
		name = slices.Grow(name[:0], int(nameLen))[:nameLen]
		if n, err := src.ReadAt(name, m.local+lenLocal); n < len(name) {
			return fail("", "", err)
		}
		if string(name) != m.name+".npy" {
			return fail(fmt.Sprintf("the name %.64q", name), wire.Quote(m.name+".npy"), nil)
		}
	}
	order := make([]int32, len(members)) // wire.MaxTensors at most
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortFunc(order, func(a, b int32) int { return cmp.Compare(members[a].local, members[b].local) })
	for i := 1; i < len(order); i++ {
		if a, b := &members[order[i-1]], &members[order[i]]; a.at+a.size > b.local {
			return &wire.Error{File: file, Offset: b.local, Field: "zip: entry " + wire.Quote(b.name),
				Found: "an overlap with " + wire.Quote(a.name), Want: "entries one after the other"}
		}
	}
	return nil
}

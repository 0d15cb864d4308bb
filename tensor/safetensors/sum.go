package safetensors

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"slices"
	"strconv"
	"strings"

	"brick/tensor/wire"
)

// sumKey names the checksums among the metadata: "crc32c.<tensor>" is that of a
// tensor's data; "crc32c" alone is that of the length and the header, with its
// own digits taken as zeros.
const (
	sumKey    = "crc32c"
	sumDigits = 8
)

// CRC-32C, the Castagnoli polynomial (RFC 3720, section 12.1): processors have
// an instruction for it.
var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func sumOf(data []byte) uint32 { return crc32.Checksum(data, castagnoli) }

func formatSum(sum uint32) string { return fmt.Sprintf("%08x", sum) }

func parseSum(text string) (uint32, bool) {
	n, err := strconv.ParseUint(text, 16, 32)
	return uint32(n), err == nil && len(text) == sumDigits && text == strings.ToLower(text)
}

// sums are the checksums a header carries.
type sums struct {
	header  uint32
	at      int // where in the header the digits of its own sum are; 0 when absent
	tensors map[string]uint32
}

// headerSum is the checksum of the length and the header js, the digits at at
// taken as zeros.
func headerSum(js []byte, at int) uint32 {
	var n [8]byte
	binary.LittleEndian.PutUint64(n[:], uint64(len(js)))
	sum := crc32.Update(0, castagnoli, n[:])
	sum = crc32.Update(sum, castagnoli, js[:at])
	sum = crc32.Update(sum, castagnoli, []byte(strings.Repeat("0", sumDigits)))
	return crc32.Update(sum, castagnoli, js[at+sumDigits:])
}

// check verifies the header's own sum and that every tensor has one. A file
// without checksums passes; one that has lost some of them does not.
func (s *sums) check(file string, js []byte, entries []entry) error {
	if s.at == 0 && len(s.tensors) == 0 {
		return nil
	}
	fail := func(found, want string) error {
		return &wire.Error{File: file, Offset: headerAt, Field: "__metadata__: checksums", Found: found, Want: want}
	}
	if s.at == 0 {
		return fail("those of tensors only", `the header's own, "crc32c", too`)
	}
	if !slices.Equal(js[s.at:s.at+sumDigits], []byte(formatSum(s.header))) {
		return fail("the header's own in an escaped form", "8 plain hexadecimal digits")
	}
	if got := headerSum(js, s.at); got != s.header {
		return fail(fmt.Sprintf("a header with CRC-32C %08x", got), fmt.Sprintf("%08x as it says: the file is damaged", s.header))
	}
	if len(s.tensors) != len(entries) {
		return fail(fmt.Sprintf("%d of tensors", len(s.tensors)), fmt.Sprintf("%d, one for each", len(entries)))
	}
	for _, e := range entries {
		if _, ok := s.tensors[e.name]; !ok {
			return fail("none for tensor "+wire.Quote(e.name), "one for each tensor")
		}
	}
	return nil
}

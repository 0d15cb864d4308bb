package token

import (
	"encoding/binary"
	"math"
	"testing"
)

// readGGUF reads the metadata of a GGUF file that is known to be sound.
func readGGUF(t testing.TB, path string) map[string]any {
	t.Helper()
	data := []byte(readFile(t, path))
	le := binary.LittleEndian
	if string(data[:4]) != "GGUF" || le.Uint32(data[4:]) != 3 {
		t.Fatalf("%s is no GGUF v3 file", path)
	}
	n := le.Uint64(data[16:])
	data = data[24:]
	u64 := func() uint64 { v := le.Uint64(data); data = data[8:]; return v }
	u32 := func() uint32 { v := le.Uint32(data); data = data[4:]; return v }
	str := func() string {
		k := u64()
		s := string(data[:k])
		data = data[k:]
		return s
	}
	meta := map[string]any{}
	for range n {
		key := str()
		switch kind := u32(); kind {
		case 4:
			meta[key] = u32()
		case 5:
			meta[key] = int32(u32())
		case 6:
			meta[key] = math.Float32frombits(u32())
		case 7:
			meta[key] = data[0] != 0
			data = data[1:]
		case 8:
			meta[key] = str()
		case 9:
			kind, k := u32(), u64()
			var texts []string
			var floats []float32
			var ints []int32
			for range k {
				switch kind {
				case 8:
					texts = append(texts, str())
				case 6:
					floats = append(floats, math.Float32frombits(u32()))
				case 5:
					ints = append(ints, int32(u32()))
				default:
					t.Fatalf("%s: %s is an array of type %d", path, key, kind)
				}
			}
			switch kind {
			case 8:
				meta[key] = texts
			case 6:
				meta[key] = floats
			default:
				meta[key] = ints
			}
		default:
			t.Fatalf("%s: %s has type %d", path, key, kind)
		}
	}
	return meta
}

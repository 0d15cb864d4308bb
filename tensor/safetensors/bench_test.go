package safetensors_test

import (
	"fmt"
	"path/filepath"
	"testing"

	"brick/device"
	"brick/tensor"
	"brick/tensor/safetensors"
)

func BenchmarkWrite(b *testing.B) {
	all := []tensor.Named{{Name: "w", Tensor: tensor.New(device.F32, 16<<20)}}
	for _, crc := range []bool{false, true} {
		b.Run(fmt.Sprintf("crc=%v", crc), func(b *testing.B) {
			var opts []safetensors.Option
			if crc {
				opts = append(opts, safetensors.WithCRC())
			}
			path := filepath.Join(b.TempDir(), "f")
			b.SetBytes(64 << 20)
			for b.Loop() {
				if err := safetensors.Write(path, all, nil, opts...); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkVerify(b *testing.B) {
	path := filepath.Join(b.TempDir(), "f")
	if err := safetensors.Write(path, []tensor.Named{{Name: "w", Tensor: tensor.New(device.F32, 16<<20)}}, nil, safetensors.WithCRC()); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(64 << 20)
	for b.Loop() {
		f, err := safetensors.Open(path)
		if err == nil {
			err = f.Verify()
		}
		if err != nil {
			b.Fatal(err)
		}
		f.Close()
	}
}

package bench

import (
	"testing"
	"os"
	"brick/device/cpu"
)

func BenchmarkZZ(b *testing.B) {
	cs, _ := FindCases([]string{os.Getenv("ZZ")}, true)
	j, err := cs[0].new()
	if err != nil { b.Fatal(err) }
	d := cpu.New(1)
	defer d.Close()
	if err := j.on(d); err != nil { b.Fatal(err) }
	j.step()
	b.ResetTimer()
	for range b.N { j.step() }
}

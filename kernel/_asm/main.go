// Command asm writes the assembly of brick/kernel for amd64, one file a family of kernels:
//
//	cd kernel/_asm && go run .
//
// Each family is a function of this package that describes its kernels once, for every [isa].
package main

import (
	"bytes"
	"fmt"
	"go/format"
	"log"
	"os"
	"path/filepath"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/pass"
	"github.com/mmcloughlin/avo/printer"
)

// families is what is generated: kernel/<name>_amd64.s, and its declarations in kernel/<name>_stubs_amd64.go.
var families = []struct {
	name string
	make func(c *build.Context)
}{
	{"matmul", matmul},
	{"bf16", bf16},
	{"conv", conv},
	{"winograd", winograd},
	{"peak", peak},
	{"attention", attention},
	{"fn", fn},
	{"half", half},
	{"softmax", softmax},
	{"swiglu", swiglu},
	{"zip", zip},
	{"reduce", reduce},
	{"norm", norm},
	{"batchnorm", batchnorm},
	{"pool", pool},
	{"rope", rope},
	{"rule", rule},
	{"random", random},
	{"quant", quant},
	{"half_dots", halfDots},
	{"rows", rows},
	{"rows_few", rowsFew},
	{"rows_bf16", rowsBF16},
	{"stored", stored},
}

// constraint keeps assembly out of builds that compute in float64 or want none.
const constraint = "amd64,!purego,!f64"

func main() {
	log.SetFlags(0)
	for _, f := range families {
		if err := generate(f.name, f.make); err != nil {
			log.Fatalf("%s: %v", f.name, err)
		}
	}
}

func generate(name string, describe func(c *build.Context)) error {
	c := build.NewContext()
	c.ConstraintExpr(constraint)
	describe(c)
	file, err := c.Result()
	if err != nil {
		return err
	}
	if err := pass.Compile.Execute(file); err != nil {
		return err
	}
	config := printer.Config{Name: "kernel/_asm", Pkg: "kernel"}
	text, err := printer.NewGoAsm(config).Print(file)
	if err != nil {
		return err
	}
	text = encode(text)
	stubs, err := printer.NewStubs(config).Print(file)
	if err != nil {
		return err
	}
	if stubs, err = format.Source(stubs); err != nil {
		return err
	}
	base := filepath.Join("..", name)
	if err := os.WriteFile(base+"_amd64.s", append(bytes.TrimRight(text, "\n"), 10), 0o644); err != nil {
		return err
	}
	return os.WriteFile(fmt.Sprintf("%s_stubs_amd64.go", base), stubs, 0o644)
}

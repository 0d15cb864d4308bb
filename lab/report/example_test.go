package report_test

import (
	"fmt"
	"os"
	"path/filepath"

	"brick/lab"
	"brick/lab/report"
)

// A sweep has a page from its first training on; what is not known yet is said.
func Example() {
	size := lab.Size{Name: "d1", Layers: 1, Width: 24, Heads: 1, FF: 64, Params: 19272, NonEmbedding: 6984, FLOPs: 144_000, Formula: 144_000, Rate: 0.017}
	done := lab.Trial{ID: "d1-s100", Study: lab.Family, Size: size, Rate: 0.017, Batch: 4, Steps: 100, Decay: 20, Tokens: 51_200, Unique: 51_200}
	in := report.Input{
		Plan:    &lab.Plan{Name: "go-1", Text: lab.Text{Source: "go", Vocab: 512, Context: 128}, Trials: []lab.Trial{done}},
		Results: []lab.Result{{Trial: done, Loss: 4.9, BitsPerByte: 2.9, Accuracy: 0.12, FLOPs: done.FLOPs(), Seconds: 1.5}},
	}
	dir, err := os.MkdirTemp("", "report")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	for _, lang := range []report.Lang{report.English, report.Chinese} {
		written, _, err := report.Write(filepath.Join(dir, string(lang)+".html"), in, lang)
		fmt.Println(len(written), "file", err)
	}
	_, err = report.Page(in, "fr")
	fmt.Println(err)
	// Output:
	// 1 file <nil>
	// 1 file <nil>
	// report: there is no page in the language "fr"; want en or zh
}

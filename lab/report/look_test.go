package report

import (
	"os"
	"path/filepath"
	"testing"
)

// With BRICK_LOOK=folder the synthetic sweep's figures are written there, to be looked at.
func TestLook(t *testing.T) {
	dir := os.Getenv("BRICK_LOOK")
	if dir == "" {
		t.Skip("BRICK_LOOK is not set")
	}
	for _, lang := range []Lang{English, Chinese} {
		if _, err := Write(filepath.Join(dir, string(lang), "report.html"), synthetic(t), lang); err != nil {
			t.Fatal(err)
		}
		figures, err := Figures(synthetic(t), lang)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range figures {
			svg, err := f.SVG()
			if err != nil {
				t.Fatal(err)
			}
			os.WriteFile(filepath.Join(dir, f.ID+"-"+string(lang)+".svg"), svg, 0o644)
			if lang == English {
				png, err := f.PNG()
				if err != nil {
					t.Fatal(err)
				}
				os.WriteFile(filepath.Join(dir, f.ID+".png"), png, 0o644)
			}
		}
	}
}

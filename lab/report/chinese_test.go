package report

import (
	"bytes"
	"os"
	"slices"
	"testing"

	"golang.org/x/image/font/gofont/goregular"
)

func TestRuns(t *testing.T) {
	for line, want := range map[string][]string{"loss": {"loss"}, "损失": {"损失"}, "参数 N（含嵌入）": {"参数", " N", "（含嵌入）"}, "": {""}} {
		if got := runs(line); !slices.Equal(got, want) {
			t.Errorf("%q is cut into %q; want %q", line, got, want)
		}
	}
}

// A font without Chinese characters, and bytes that are none, are passed over.
func TestFontsWithoutChinese(t *testing.T) {
	if simplified(goregular.TTF) != nil || simplified([]byte("OTTO")) != nil || simplified(nil) != nil {
		t.Error("a font that has no Chinese characters was taken")
	}
}

// The same figure is another picture in Chinese, where this machine has a font for it.
func TestChinesePixels(t *testing.T) {
	if chinese() == nil {
		t.Skip("no font with Chinese characters on this machine")
	}
	in := without(t, func(*Input) {})
	zh, en := figuresOf(t, in, Chinese), figuresOf(t, in, English)
	for i := range zh {
		a, err := zh[i].PNG()
		if err != nil {
			t.Fatal(err)
		}
		b, err := en[i].PNG()
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Equal(a, b) {
			t.Errorf("%s is the same in both languages", zh[i].ID)
		}
		if dir := os.Getenv("REPORT_SHOTS"); dir != "" {
			if err := os.WriteFile(dir+"/"+zh[i].ID+"-zh.png", a, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

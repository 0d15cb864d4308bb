package report

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"unicode/utf8"

	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
)

// FontVariable is the environment variable that names a font file with Chinese characters, where none is found by itself.
const FontVariable = "BRICK_FONT"

// maxFont is the size of the largest font file that is read.
const maxFont = 64 << 20

// fontFiles are where systems keep fonts with Chinese characters, sans serif ones first.
func fontFiles() []string {
	if own := os.Getenv(FontVariable); own != "" {
		return []string{own}
	}
	switch runtime.GOOS {
	case "darwin":
		return []string{"/System/Library/Fonts/Hiragino Sans GB.ttc", "/System/Library/Fonts/STHeiti Light.ttc", "/System/Library/Fonts/PingFang.ttc", "/Library/Fonts/Arial Unicode.ttf"}
	case "windows":
		dir := filepath.Join(os.Getenv("WINDIR"), "Fonts")
		return []string{filepath.Join(dir, "msyh.ttc"), filepath.Join(dir, "simhei.ttf"), filepath.Join(dir, "simsun.ttc")}
	}
	return []string{
		"/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", "/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc", "/usr/share/fonts/google-noto-cjk/NotoSansCJK-Regular.ttc",
		"/usr/share/fonts/truetype/wqy/wqy-microhei.ttc", "/usr/share/fonts/wenquanyi/wqy-microhei/wqy-microhei.ttc", "/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf",
	}
}

// chinese is a font of this machine that has Chinese characters, nil where none is found.
var chinese = sync.OnceValue(func() *opentype.Font {
	for _, file := range fontFiles() {
		if s, err := os.Stat(file); err != nil || s.Size() > maxFont {
			continue
		}
		raw, err := os.ReadFile(file)
		if err != nil {
			continue
		}
		if f := simplified(raw); f != nil {
			return f
		}
	}
	return nil
})

// simplified is the font of a file with the shapes used for simplified Chinese, nil if the file has no Chinese characters.
func simplified(raw []byte) (found *opentype.Font) {
	defer func() {
		if recover() != nil { // the reader of fonts is not made for files that are broken
			found = nil
		}
	}()
	all, err := opentype.ParseCollection(raw) // a file of one font is a collection of one
	if err != nil {
		return nil
	}
	var b sfnt.Buffer
	for i := range all.NumFonts() {
		f, err := all.Font(i)
		if err != nil {
			continue
		}
		if g, err := f.GlyphIndex(&b, '砖'); err != nil || g == 0 {
			continue
		}
		name, _ := f.Name(&b, sfnt.NameIDFull)
		if found == nil || strings.Contains(name, " SC") || strings.HasSuffix(name, " CN") {
			found = f
		}
	}
	return found
}

// isSquare says whether a character is of the CJK blocks, which are as wide as they are high and in no font but those for them.
func isSquare(r rune) bool { return r >= 0x2e80 }

// runs cuts a line where characters change from narrow to wide.
func runs(line string) (list []string) {
	start := 0
	var last bool
	for i, r := range line {
		if w := isSquare(r); i > 0 && w != last {
			list, start = append(list, line[start:i]), i
		}
		last = isSquare(r)
	}
	return append(list, line[start:])
}

// isPixels says whether a canvas, or the one within it, is of pixels.
func isPixels(c vg.Canvas) bool {
	for {
		switch d := c.(type) {
		case *vgimg.Canvas:
			return true
		case *draw.Canvas:
			c = d.Canvas
		case draw.Canvas:
			c = d.Canvas
		default:
			return false
		}
	}
}

// fill draws a line on a canvas of pixels, its wide characters with a font that has them.
func (t typesetter) fill(c vg.Canvas, fnt font.Font, at vg.Point, line string) {
	face := t.Fonts.Lookup(fnt, fnt.Size)
	for _, run := range runs(line) {
		f := face
		if first, _ := utf8.DecodeRuneInString(run); isSquare(first) {
			f.Face = chinese()
		}
		c.FillString(f, at, run)
		at.X += t.width(run, fnt)
	}
}

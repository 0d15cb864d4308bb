package train

import (
	"fmt"
	"image/color"
)

// DrawConfusion draws the confusion matrix of an evaluation as a .png or .svg file: a row for each true class, its
// predictions as counts, darker for a larger share of the row. note says where names could not be written.
func DrawConfusion(file string, m Metrics, classes []string) (note string, err error) {
	if err := pictureFile(file); err != nil {
		return "", err
	}
	n := len(m.Confusion)
	if n == 0 || n != len(classes) {
		return "", usagef("a confusion matrix wants a classifier of at most %d classes", maxConfusion)
	}
	names, note := namesFor(file, classes)
	widest := 20.0
	for _, s := range names {
		widest = max(widest, textWidth(11, s))
	}
	cell := 34.0
	if n > 30 { // too many to write into
		cell = 12
	}
	left, top := 46+widest, 70+0.8*widest
	side := cell * float64(n)
	return note, drawn(file, max(left+side+70+0.4*widest, left+360), top+side+64, func(c *canvas) {
		c.say(16, 26, 15, 0, ink, "Confusion")
		c.say(16, 44, 11, 0, grey, fmt.Sprintf("%s examples, accuracy %.2f %%", commas(m.Examples), 100*m.Accuracy))
		c.say(left-10, top-8, 11, -1, grey, "true")
		c.say(left+side+8, top-8, 11, 0, grey, "recall")
		columns := make([]int, n)
		for i, row := range m.Confusion {
			total := 0
			for j, k := range row {
				total += k
				columns[j] += k
			}
			y := top + cell*float64(i)
			c.say(left-10, y+cell/2+4, min(11, cell), -1, ink, names[i])
			c.slanted(left+cell*(float64(i)+0.55), top-8, min(11, cell), ink, names[i])
			for j, k := range row {
				share := float64(k) / float64(max(total, 1))
				x := left + cell*float64(j)
				c.box(x+0.5, y+0.5, cell-1, cell-1, confusionColour(share, i == j))
				if k > 0 && cell > 20 {
					on := color.Color(ink)
					if i == j && share > 0.6 || share > 0.75 {
						on = color.White
					}
					c.say(x+cell/2, y+cell/2+4, countSize(k), -0.5, on, fmt.Sprint(k))
				}
			}
			if total > 0 && cell > 20 {
				c.say(left+side+8, y+cell/2+4, 11, 0, grey, fmt.Sprintf("%.1f %%", 100*float64(row[i])/float64(total)))
			}
		}
		if cell > 20 {
			c.say(left-10, top+side+18, 11, -1, grey, "precision")
			for j, k := range columns {
				if k > 0 {
					c.say(left+cell*(float64(j)+0.5), top+side+18, 10, -0.5, grey, fmt.Sprintf("%.0f %%", 100*float64(m.Confusion[j][j])/float64(k)))
				}
			}
		}
		c.say(left, top+side+42, 10, 0, grey, "rows: true classes · columns: predicted ones · blue: right · orange: wrong")
	})
}

// countSize is how large a count is written so that it fits a cell.
func countSize(k int) float64 {
	if k >= 10000 {
		return 8.5
	}
	return 11
}

// confusionColour is white for no share of a row, blue for all of it where it is right, orange where it is wrong. Small
// shares of wrong ones are raised, as they are what is looked for.
func confusionColour(share float64, right bool) color.RGBA {
	if right {
		return color.RGBA{uint8(247 - 214*share), uint8(249 - 147*share), uint8(252 - 80*share), 255}
	}
	if share > 0 {
		share = min(0.12+1.6*share, 1)
	}
	return color.RGBA{uint8(250 - 30*share), uint8(250 - 145*share), uint8(250 - 220*share), 255}
}

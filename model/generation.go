package model

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Generation is how the makers of a model mean it to write, from generation_config.json.
type Generation struct {
	Ends          []int32 // ids that end a text
	Sample        bool    // draw, do not take the likeliest
	Temperature   float64 // 0 where nothing is said, as the rest
	TopK          int
	TopP          float64
	RepeatPenalty float64
}

// maxEnds bounds the ids that end a text.
const maxEnds = 64

// OpenGeneration reads the generation_config.json of a folder; what it leaves out about the ends of texts stands in
// config.json. A folder with neither says nothing, which is no error. Values that Sampling would refuse are left to it.
func OpenGeneration(dir string) (g Generation, err error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return g, fmt.Errorf("model: %w", err)
	}
	defer root.Close()
	for _, name := range []string{"generation_config.json", configName} {
		js, err := readSmall(root, name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err == nil {
			err = g.read(js, name == configName)
		}
		if err != nil {
			return g, fmt.Errorf("model: %s: %s: %w", dir, name, err)
		}
	}
	return g, nil
}

// read takes what a file says; of config.json only the ends of texts, and those only where nothing is known.
func (g *Generation) read(js []byte, endsOnly bool) error {
	var c struct {
		Ends          jsontext.Value `json:"eos_token_id"`
		Sample        bool           `json:"do_sample"`
		Temperature   float64        `json:"temperature"`
		TopK          int            `json:"top_k"`
		TopP          float64        `json:"top_p"`
		RepeatPenalty float64        `json:"repetition_penalty"`
	}
	if err := json.Unmarshal(js, &c); err != nil {
		return err
	}
	if !endsOnly {
		g.Sample, g.Temperature, g.TopK, g.TopP, g.RepeatPenalty = c.Sample, c.Temperature, c.TopK, c.TopP, c.RepeatPenalty
	}
	if len(g.Ends) > 0 || c.Ends == nil || c.Ends.Kind() == 'n' {
		return nil
	}
	var one [1]int32
	if c.Ends.Kind() == '[' {
		if err := json.Unmarshal(c.Ends, &g.Ends); err != nil {
			return fmt.Errorf("eos_token_id: %w", err)
		}
	} else if err := json.Unmarshal(c.Ends, &one[0]); err != nil {
		return fmt.Errorf("eos_token_id: %w", err)
	} else {
		g.Ends = one[:]
	}
	if len(g.Ends) > maxEnds {
		return fmt.Errorf("eos_token_id: %d ids; want at most %d", len(g.Ends), maxEnds)
	}
	return nil
}

package train

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"brick/data"
)

// Bounds of a job: far above what fits a machine, far below what overflows.
const (
	maxBatch = 1 << 24 // examples in a micro-batch
	maxCount = 1 << 40 // steps
)

// check reports the first field whose value means nothing. What is left open passes.
func (j *Job) check() error {
	count := func(field string, v, most int64) error {
		if v < 0 || v > most {
			return fmt.Errorf("%s is %d; want 0 (for the default) to %d", field, v, most)
		}
		return nil
	}
	real := func(field string, v, least, most float64) error {
		if !(v >= least && v <= most) {
			return fmt.Errorf("%s is %v; want %v to %v", field, v, least, most)
		}
		return nil
	}
	big := math.MaxFloat64
	for _, err := range []error{
		count("batch", int64(j.Batch), maxBatch),
		count("accumulate", int64(j.Accumulate), maxBatch),
		count("steps", int64(j.Steps), maxCount),
		real("epochs", j.Epochs, 0, 1e9),
		real("optimizer.lr", j.Optimizer.LR, 0, big),
		real("clip_norm", j.ClipNorm, 0, big),
		real("clip_value", j.ClipValue, 0, big),
		real("ema", j.EMA, 0, 1),
		count("lora.rank", int64(j.LoRA.Rank), 1<<16),
		real("lora.alpha", j.LoRA.Alpha, 0, 1e9),
		real("lora.dropout", j.LoRA.Dropout, 0, 1),
		count("eval.every", int64(j.Eval.Every), maxCount),
		count("eval.batches", int64(j.Eval.Batches), maxCount),
		count("eval.patience", int64(j.Eval.Patience), maxCount),
		count("save.every", int64(j.Save.Every), maxCount),
		count("save.keep", int64(j.Save.Keep), maxCount),
		count("sample.tokens", int64(j.Sample.Tokens), maxCount),
		count("tokenizer.vocab", int64(j.Tokenizer.Vocab), 1<<24),
		count("tokenizer.limit", j.Tokenizer.Limit, math.MaxInt64),
		count("data.size", int64(j.Data.Size), 4096),
		count("data.context", int64(j.Data.Context), 1<<24),
		count("data.limit", j.Data.Limit, math.MaxInt64),
		count("data.unique", int64(j.Data.Unique), 1<<40),
		count("data.examples", int64(j.Data.Examples), 1<<40),
		count("data.length", int64(j.Data.Length), 1<<16),
		count("data.distance", int64(j.Data.Distance), 1<<16),
		real("data.valid", j.Data.Valid, -big, 1),
		real("data.test", j.Data.Test, -big, 1),
		real("data.noise", j.Data.Noise, -big, big),
	} {
		if err != nil {
			return err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(j.Rates)) {
		if v := j.Rates[name]; !(v > 0 && v <= big) {
			return fmt.Errorf("rates.%s is %v; want a number above 0 (freeze keeps parameters as they are)", name, v)
		}
	}
	if _, err := parseAugment(j.Data.Augment); err != nil {
		return fmt.Errorf("data.augment: %w", err)
	}
	switch {
	case !slices.Contains([]string{"", "auto", "file", "f32"}, j.LoRA.Type):
		return fmt.Errorf("lora.type is %q; want auto, file or f32", j.LoRA.Type)
	case j.LoRA.Type != "" && !j.LoRA.On():
		return fmt.Errorf("lora.type is %s, which is for weights that stay as they are beside adapters; want lora.rank too", j.LoRA.Type)
	case j.LoRA.Dropout == 1:
		return fmt.Errorf("lora.dropout is 1: the adapters would see nothing; want less, such as 0.1")
	case (j.LoRA.On() || j.Head != "") && j.From == "":
		return fmt.Errorf("lora and head change a model that is trained; name it as from")
	case j.Data.Size > 0 && (j.Data.Height > 0 || j.Data.Width > 0):
		return fmt.Errorf("data.size is %d, and data.height or data.width is given too; want the one or the others", j.Data.Size)
	case j.Data.Unique > 0 && j.Data.Carry:
		return fmt.Errorf("data.unique is %d, and data.carry makes streams of all of the text; want the one or the other", j.Data.Unique)
	case j.EMA == 1:
		return fmt.Errorf("ema is 1: the average would never move; want less, such as 0.999")
	case j.Data.Task != "" && !slices.Contains([]string{"regression", "classification", "translation", "reading", "chat"}, j.Data.Task):
		return fmt.Errorf("data.task is %q; want regression, classification, translation, reading or chat", j.Data.Task)
	case !slices.Contains([]string{"", "answers", "all"}, j.Data.LossOn):
		return fmt.Errorf("data.loss_on is %q; want answers or all", j.Data.LossOn)
	case j.Data.LossOn != "" && j.Data.Task != data.ChatTask:
		return fmt.Errorf("data.loss_on is %q, but data.task is %q: it is for conversations (data.task chat)", j.Data.LossOn, j.Data.Task)
	case strings.ContainsRune(j.Name+j.Data.Source, 0):
		return fmt.Errorf("name or data.source holds a NUL character")
	}
	return nil
}

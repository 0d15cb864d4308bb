package train

import (
	"fmt"
	"strconv"
	"strings"

	"brick/data"
	"brick/nn"
)

// parseAugment reads transforms as they are written: crop(4) flip rotate(10) color(0.2) cutout(8) mixup(0.2). The
// error is a *nn.StackError that says what would fit.
func parseAugment(text string) (list []data.Transform, err error) {
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	s, err := nn.Parse(text)
	if err != nil {
		return nil, err
	}
	for _, it := range s.Items {
		t, err := transform(text, &it)
		if err != nil {
			return nil, err
		}
		list = append(list, t)
	}
	return list, nil
}

func transform(text string, it *nn.Item) (t data.Transform, err error) {
	fail := func(column int, what, fits string) (data.Transform, error) {
		return t, &nn.StackError{Fault: nn.BadArgument, Text: text, Column: column, What: what, Fits: fits}
	}
	switch {
	case it.Holds:
		return fail(it.Column, "found brackets", "want transforms one after the other, such as crop(4) flip")
	case it.Count > 1:
		return fail(it.Column, fmt.Sprintf("%d times %s", it.Count, it.Name), "want each transform once")
	}
	def := data.FindTransform(it.Name)
	if def == nil {
		var usages, names []string
		for _, d := range data.Transforms {
			usages, names = append(usages, usage(&d)), append(names, d.Name)
		}
		what := fmt.Sprintf("there is no transform %q", it.Name)
		if near, ok := nn.Nearest(it.Name, names); ok {
			what += fmt.Sprintf(", did you mean %s?", near)
		}
		return fail(it.At, what, "want one of "+strings.Join(usages, ", "))
	}
	t = data.Transform{Name: def.Name, Amount: def.Default}
	fits := fmt.Sprintf("want %s: %s", usage(def), def.Doc)
	switch {
	case len(it.Args) == 0 && !def.HasDefault:
		return fail(it.At, fmt.Sprintf("%s needs its %s", def.Name, def.Arg), fits)
	case len(it.Args) == 0:
		return t, nil
	case len(it.Args) > 1:
		return fail(it.Args[1].Column, fmt.Sprintf("%s: found %d arguments", def.Name, len(it.Args)), fits)
	}
	arg := it.Args[0]
	if arg.Key != "" && arg.Key != def.Arg {
		return fail(arg.Column, fmt.Sprintf("%s: found %s=%s", def.Name, arg.Key, arg.Value), fits)
	}
	t.Amount, err = strconv.ParseFloat(arg.Value, 64)
	if err != nil || !def.Allows(t.Amount) {
		return fail(arg.Column, fmt.Sprintf("%s: %s=%s", def.Name, def.Arg, arg.Value), def.Fits())
	}
	return t, nil
}

// usage is how a transform is written, such as flip(p=0.5).
func usage(d *data.TransformDef) string {
	if d.HasDefault {
		return fmt.Sprintf("%s(%s=%g)", d.Name, d.Arg, d.Default)
	}
	return fmt.Sprintf("%s(%s)", d.Name, d.Arg)
}

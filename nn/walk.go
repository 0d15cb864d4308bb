package nn

import (
	"iter"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// Params walks the parameters of b, built or not, in the order of its fields, with
// their dotted names such as layers.0.attn.q.weight. A parameter that stands in two
// places (tied weights) is visited once, under its first name.
//
// A field's name is its Go name in snake_case, or its tag `brick:"name"`, which may
// hold dots; `brick:"-"` leaves the field out. Elements of slices are numbered,
// embedded structs add no name, maps go by sorted key.
func Params(b Block) iter.Seq2[string, *Param] {
	return only(b, func(p *Param) bool { return !p.IsBuffer })
}

// Buffers walks the state of b that is saved but not learnt, as Params does.
func Buffers(b Block) iter.Seq2[string, *Param] {
	return only(b, func(p *Param) bool { return p.IsBuffer })
}

// State walks parameters and buffers together: what a checkpoint holds.
func State(b Block) iter.Seq2[string, *Param] {
	return only(b, func(*Param) bool { return true })
}

func only(b Block, want func(*Param) bool) iter.Seq2[string, *Param] {
	return func(yield func(string, *Param) bool) {
		seen := map[*Param]bool{}
		w := walker{param: func(name string, p *Param) bool {
			if seen[p] || !want(p) {
				return true
			}
			seen[p] = true
			return yield(name, p)
		}}
		w.walk("", reflect.ValueOf(b))
	}
}

// Blocks walks b and the blocks inside it that are pointers, each before its parts,
// with their dotted names; b itself has the name "".
func Blocks(b Block) iter.Seq2[string, Block] {
	return func(yield func(string, Block) bool) {
		w := walker{block: yield}
		w.walk("", reflect.ValueOf(b))
	}
}

// NameOf is the dotted name of block inside root, such as layers.3.mlp, and its Go
// type where it has none or is not part of root.
func NameOf(root, block Block) string {
	v := reflect.ValueOf(block)
	if v.Kind() == reflect.Pointer {
		for name, b := range Blocks(root) {
			if name != "" && reflect.ValueOf(b).Pointer() == v.Pointer() && reflect.TypeOf(b) == v.Type() {
				return name
			}
		}
	}
	return strings.TrimPrefix(strings.TrimPrefix(v.Type().String(), "*"), "nn.")
}

// walker visits fields in order. It stops where a callback returns false.
type walker struct {
	param func(string, *Param) bool
	block func(string, Block) bool
	path  []uintptr // pointers above, so that a cycle ends
}

var (
	paramType = reflect.TypeFor[*Param]()
	blockType = reflect.TypeFor[Block]()
)

func (w *walker) walk(path string, v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Interface:
		return v.IsNil() || w.walk(path, v.Elem())
	case reflect.Pointer:
		if v.IsNil() || slices.Contains(w.path, v.Pointer()) {
			return true
		}
		if v.Type() == paramType {
			return w.param == nil || w.param(path, v.Interface().(*Param))
		}
		if w.block != nil && v.Type().Implements(blockType) && !w.block(path, v.Interface().(Block)) {
			return false
		}
		w.path = append(w.path, v.Pointer())
		ok := w.walk(path, v.Elem())
		w.path = w.path[:len(w.path)-1]
		return ok
	case reflect.Slice, reflect.Array:
		if plain(v.Type().Elem()) {
			return true
		}
		for i := range v.Len() {
			if !w.walk(join(path, strconv.Itoa(i)), v.Index(i)) {
				return false
			}
		}
	case reflect.Map:
		if v.Type().Key().Kind() != reflect.String || plain(v.Type().Elem()) {
			return true
		}
		keys := map[string]reflect.Value{}
		for _, k := range v.MapKeys() {
			keys[k.String()] = k
		}
		for _, k := range slices.Sorted(maps.Keys(keys)) {
			if !w.walk(join(path, k), v.MapIndex(keys[k])) {
				return false
			}
		}
	case reflect.Struct:
		for i := range v.NumField() {
			f := v.Type().Field(i)
			if !f.IsExported() || plain(f.Type) {
				continue
			}
			name := f.Tag.Get("brick")
			if name == "-" {
				continue
			}
			if name == "" && !f.Anonymous {
				name = snake(f.Name)
			}
			if !w.walk(join(path, name), v.Field(i)) {
				return false
			}
		}
	}
	return true
}

// plain reports whether values of type t cannot hold a parameter.
func plain(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Interface, reflect.Pointer, reflect.Struct, reflect.Slice, reflect.Array, reflect.Map:
		return false
	}
	return true
}

func join(path, name string) string {
	if path == "" || name == "" {
		return path + name
	}
	return path + "." + name
}

// snake turns InProj into in_proj and MLP into mlp.
func snake(s string) string {
	var b strings.Builder
	r := []rune(s)
	for i, c := range r {
		if unicode.IsUpper(c) && i > 0 && (!unicode.IsUpper(r[i-1]) || i+1 < len(r) && unicode.IsLower(r[i+1])) {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(c))
	}
	return b.String()
}

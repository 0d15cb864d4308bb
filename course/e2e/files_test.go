package e2e

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"brick/course"
	"brick/course/lesson"
	"brick/generate"
	"brick/model"
	"brick/serve"
	"brick/tensor/goldentest"
)

// withModels serves the course with model files to a tab.
func withModels(t *testing.T, b *tab, paths ...string) {
	t.Helper()
	c, err := course.New(course.Options{Runs: t.TempDir(), Models: paths, Log: os.Stderr})
	if err != nil {
		t.Fatal(err)
	}
	l, err := serve.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	t.Cleanup(stop)
	go serve.Run(ctx, l, c.Handler(nil))
	b.site.addr = l.Addr().String()
}

// shows opens a model file in the playground in both languages, by the list of models, and measures what its parts are worth.
func shows(t *testing.T, b *tab, file, text, says string, measurements int) {
	t.Helper()
	for _, lang := range lesson.Languages {
		b.size(1280, 900)
		b.open("/" + lang + "/playground/")
		b.until(fmt.Sprintf(`[...document.querySelectorAll('[data-widget=source] option')].some(o => o.textContent === '%s')`, file), 10*time.Second, "the list has the file")
		eval[bool](b, fmt.Sprintf(`(s => { s.value = [...s.options].find(o => o.textContent === '%s').value; s.dispatchEvent(new Event('change', { bubbles: true })); return true; })([...document.querySelectorAll('[data-widget=source] select')].find(s => [...s.options].some(o => o.textContent === '%s')))`, file, file))
		b.until(fmt.Sprintf(`document.querySelector('[data-widget=source] .say')?.textContent.startsWith('%s')`, file), 20*time.Second, "the page was loaded again with the file")
		b.open("/" + lang + "/playground/?run=file:" + file + "&source.text=" + text)
		b.until(`[...document.querySelectorAll('section.widget')].every(s => s.ariaBusy !== 'true' && s.querySelector('.say, .runner, button'))`, time.Minute, "every widget says what it shows")
		b.until(fmt.Sprintf(`document.querySelector('[data-widget=next] .say')?.textContent.includes('%s')`, says), 20*time.Second, "the next token is "+says)
		eval[bool](b, `(document.querySelector('[data-widget=ablate] .runner button').click(), true)`)
		b.until(fmt.Sprintf(`/\b%d\D+%d\b/.test(document.querySelector('[data-widget=ablate] .say')?.textContent)`, measurements, measurements), 60*time.Second, "all parts were measured")
		for _, e := range eval[[]string](b, `[...document.querySelectorAll('section.widget .error')].map(e => e.textContent).filter(Boolean)`) {
			t.Errorf("%s: a widget shows an error: %s", lang, e)
		}
		b.shot("playground-" + strings.TrimSuffix(file, filepath.Ext(file)) + "-" + lang)
		b.check(lang)
	}
}

// A file that was made here: a mixture of experts.
func TestPlaygroundOpensFile(t *testing.T) {
	b := newTab(t)
	m, err := model.FromConfig([]byte(`{"model_type":"qwen2_moe","vocab_size":256,"hidden_size":16,"intermediate_size":24,"num_hidden_layers":2,"num_attention_heads":2,"num_key_value_heads":2,"max_position_embeddings":128,"num_experts":4,"num_experts_per_tok":2,"moe_intermediate_size":12,"shared_expert_intermediate_size":20}`))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "mixture.gguf")
	if err := generate.ConvertRandom(t.Context(), m, "mixture", path, model.Mix{}, 1); err != nil {
		t.Fatal(err)
	}
	withModels(t, b, path)
	shows(t, b, "mixture.gguf", "%E6%98%A5", "⟨a5⟩→春", 7)
}

// stories260K, from its Hugging Face folder and a GGUF file.
func TestPlaygroundOpensStories260K(t *testing.T) {
	hf, gguf := goldentest.Shared(t, "stories260k", "hf"), goldentest.Shared(t, "stories260k", "stories260k-q4_0.gguf")
	b := newTab(t)
	withModels(t, b, hf, gguf)
	for _, file := range []string{"hf", "stories260k-q4_0.gguf"} {
		shows(t, b, file, "Once%20upon%20a%20time,%20there%20was%20a", "little", 46)
	}
}

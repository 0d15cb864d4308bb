package token

import (
	"fmt"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// strips lets special tokens take white space along that the file does not say to, as llama.cpp knows of these models
// by pre-tokenizer, architecture or name.
func (m *ggufMeta) strips(s *spec) {
	mask := ""
	switch m.str("pre", "") {
	case "jina-v2-de", "jina-v2-es", "jina-v2-code":
		mask = "<mask>"
	case "modern-bert":
		mask = "[MASK]"
	}
	switch architecture, _ := m.values["general.architecture"].(string); architecture {
	case "nomic-bert-moe", "jina-bert-v3":
		mask = "<mask>"
	}
	name, _ := m.values["general.name"].(string)
	name = strings.ToLower(name)
	phi3 := strings.Contains(name, "phi-3") || strings.Contains(name, "phi3")
	for i, a := range s.added {
		s.added[i].LStrip = a.Content == mask
		s.added[i].RStrip = phi3 && a.Content != "<unk>" && a.Content != "<s>" && a.Content != "<|endoftext|>"
	}
}

// around reads what is put around a text.
func (m *ggufMeta) around(s *spec, d *ggufDefaults) error {
	var ids [3]int32
	for i, part := range []struct {
		add  bool
		flag string
		role string
		id   int32
	}{{d.addBOS, "add_bos_token", "bos", d.bos}, {d.addEOS, "add_eos_token", "eos", d.eos}, {d.addSep, "add_sep_token", "seperator", d.sep}} {
		ids[i] = None
		if !m.flag(part.flag, part.add) {
			continue
		}
		if ids[i] = m.id(part.role, part.id); !s.vocab.has(ids[i]) && m.err == nil {
			return fmt.Errorf("tokenizer.ggml.%s is true, but tokenizer.ggml.%s_token_id is %d, which stands for nothing", part.flag, part.role, ids[i])
		}
	}
	if m.err != nil {
		return m.err
	}
	before, after := []int32{}, []int32{}
	if ids[0] != None {
		before = append(before, ids[0])
	}
	for _, id := range ids[1:] {
		if id != None {
			after = append(after, id)
		}
	}
	s.postProcessor = s.templateJSON(before, after)
	return nil
}

// templateJSON is the post-processor that puts ids around a text.
func (s *spec) templateJSON(before, after []int32) jsontext.Value {
	if len(before)+len(after) == 0 {
		return nil
	}
	var special []string
	var parts []string
	put := func(ids []int32) {
		for _, id := range ids {
			name, _ := json.Marshal(s.vocab.piece(id)) // the vocabulary is UTF-8
			parts = append(parts, fmt.Sprintf(`{"SpecialToken":{"id":%s,"type_id":0}}`, name))
			if one := fmt.Sprintf(`%s:{"id":%s,"ids":[%d],"tokens":[%s]}`, name, name, id, name); !slices.Contains(special, one) {
				special = append(special, one)
			}
		}
	}
	put(before)
	parts = append(parts, `{"Sequence":{"id":"A","type_id":0}}`)
	put(after)
	single := strings.Join(parts, ",")
	return jsontext.Value(`{"type":"TemplateProcessing","single":[` + single + `],"pair":[` + single + `,{"Sequence":{"id":"B","type_id":1}}],"special_tokens":{` +
		strings.Join(special, ",") + `}}`)
}

// roles sets the ids with a role.
func (m *ggufMeta) roles(t *Subword, d ggufDefaults) error {
	r := Special{BOS: m.id("bos", d.bos), EOS: m.id("eos", d.eos), Pad: m.id("padding", None), Unk: m.id("unknown", d.unk)}
	for _, id := range []*int32{&r.BOS, &r.EOS, &r.Pad, &r.Unk} {
		*id = t.idOr(int64(*id)) // a default of a vocabulary that has no such id
	}
	t.roles = r
	for _, role := range []string{"eot", "eom"} {
		if id := m.id(role, None); id != None {
			t.stops = append(t.stops, id)
		}
	}
	return m.err
}

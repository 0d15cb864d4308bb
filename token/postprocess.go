package token

import (
	"errors"
	"fmt"

	"github.com/go-json-experiment/json/jsontext"
)

// buildPostProcessor reads what EncodeSpecial puts around a text.
func (s *spec) buildPostProcessor(t *Subword) error {
	return sequence(s.postProcessor, "processors", func(kind string, v jsontext.Value) error {
		switch kind {
		case "ByteLevel": // of offsets only
			return nil
		case "TemplateProcessing":
			return s.template(t, v)
		case "RobertaProcessing", "BertProcessing":
			var c struct {
				Type           string            `json:"type"`
				Sep            [2]jsontext.Value `json:"sep"`
				Cls            [2]jsontext.Value `json:"cls"`
				TrimOffsets    bool              `json:"trim_offsets"`
				AddPrefixSpace bool              `json:"add_prefix_space"`
			}
			if err := strict(v, &c); err != nil {
				return err
			}
			var cls, sep int32
			if err := errors.Join(strict(c.Cls[1], &cls), strict(c.Sep[1], &sep)); err != nil {
				return err
			}
			return s.wrap(t, []int32{cls}, []int32{sep})
		}
		return errors.New("this post-processor is not supported")
	})
}

// template reads a TemplateProcessing; only what it does to a single text matters here.
func (s *spec) template(t *Subword, v jsontext.Value) error {
	type named struct {
		ID     string `json:"id"`
		TypeID int    `json:"type_id"`
	}
	var c struct {
		Type   string `json:"type"`
		Single []struct {
			SpecialToken *named `json:"SpecialToken"`
			Sequence     *named `json:"Sequence"`
		} `json:"single"`
		Pair          jsontext.Value `json:"pair"`
		SpecialTokens map[string]struct {
			ID     string   `json:"id"`
			IDs    []int32  `json:"ids"`
			Tokens []string `json:"tokens"`
		} `json:"special_tokens"`
	}
	if err := strict(v, &c); err != nil {
		return err
	}
	var around [2][]int32
	side := 0
	for i, item := range c.Single {
		switch {
		case item.Sequence != nil && item.SpecialToken == nil && item.Sequence.ID == "A" && side == 0:
			side = 1
		case item.SpecialToken != nil && item.Sequence == nil:
			st, ok := c.SpecialTokens[item.SpecialToken.ID]
			if !ok {
				return fmt.Errorf("single[%d]: %s is not among special_tokens", i, quote(item.SpecialToken.ID))
			}
			around[side] = append(around[side], st.IDs...)
		default:
			return fmt.Errorf("single[%d]: want a SpecialToken, or the Sequence A once", i)
		}
	}
	if side == 0 {
		return errors.New("single: the Sequence A is missing")
	}
	return s.wrap(t, around[0], around[1])
}

// wrap puts ids around what is put around a text already.
func (s *spec) wrap(t *Subword, before, after []int32) error {
	for _, id := range append(before[:len(before):len(before)], after...) {
		if !s.vocab.has(id) {
			return fmt.Errorf("id %d is not in the vocabulary", id)
		}
	}
	t.prefix = append(before, t.prefix...)
	t.suffix = append(t.suffix, after...)
	return nil
}

package token

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
)

// readVocab reads an object of pieces and ids.
func (s *spec) readVocab(data jsontext.Value) error {
	d := jsontext.NewDecoder(bytes.NewBuffer(data), jsontext.AllowDuplicateNames(true))
	if k := d.PeekKind(); k != '{' {
		return fmt.Errorf("%v where an object is due", k)
	}
	if _, err := d.ReadToken(); err != nil {
		return err
	}
	for d.PeekKind() == '"' {
		t, err := d.ReadToken()
		if err != nil {
			return err
		}
		piece := t.String()
		if t, err = d.ReadToken(); err != nil {
			return err
		}
		id, err := idOf(t)
		if err != nil {
			return fmt.Errorf("piece %s: %w", quote(piece), err)
		}
		if err := s.vocab.add(piece, id); err != nil {
			return err
		}
	}
	if _, err := d.ReadToken(); err != nil {
		return err
	}
	if _, err := d.ReadToken(); err != io.EOF {
		return errors.New("something follows the object")
	}
	return nil
}

// idOf reads a token as an id.
func idOf(t jsontext.Token) (int32, error) {
	if t.Kind() != '0' {
		return 0, fmt.Errorf("%v where an id is due", t.Kind())
	}
	id, err := strconv.ParseUint(t.String(), 10, 32)
	if err != nil || id >= maxIDs {
		return 0, fmt.Errorf("id %s, want a whole number below %d", t.String(), maxIDs)
	}
	return int32(id), nil
}

// readMerges reads an array of "left right" or ["left", "right"], best first.
func (s *spec) readMerges(data jsontext.Value) error {
	d := jsontext.NewDecoder(bytes.NewBuffer(data))
	if k := d.PeekKind(); k != '[' {
		return fmt.Errorf(": %v where an array is due", k)
	}
	if _, err := d.ReadToken(); err != nil {
		return fmt.Errorf(": %w", err)
	}
	for d.PeekKind() != ']' {
		v, err := d.ReadValue()
		if err != nil {
			return fmt.Errorf("[%d]: %w", len(s.merges), err)
		}
		var pair []string
		if v.Kind() == '"' {
			var line string
			if err = strict(v, &line); err == nil {
				pair, err = twoPieces(line)
			}
		} else if err = strict(v, &pair); err == nil && len(pair) != 2 {
			err = fmt.Errorf("%d pieces, want 2", len(pair))
		}
		if err == nil {
			err = s.addMerge(pair[0], pair[1])
		}
		if err != nil {
			return fmt.Errorf("[%d]: %w", len(s.merges), err)
		}
	}
	return nil
}

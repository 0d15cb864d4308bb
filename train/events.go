package train

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"math"
	"os"
	"path/filepath"
	"time"

	"google.golang.org/protobuf/encoding/protowire"
)

// events writes a TensorBoard event file: a sequence of TFRecords, each an
// Event message of tensorflow/core/util/event.proto.
type events struct {
	f   *os.File
	buf []byte
	now func() time.Time
}

// newEvents creates a file whose name TensorBoard recognises and no other has. A run that resumes
// starts another one; firstStep tells TensorBoard to forget later steps of older files.
func newEvents(dir string, firstStep int) (*events, error) {
	host, _ := os.Hostname()
	name := fmt.Sprintf("events.out.tfevents.%010d.%s.%d", time.Now().Unix(), host, os.Getpid())
	var f *os.File
	err := os.ErrExist
	for i := 0; os.IsExist(err); i++ {
		f, err = os.OpenFile(filepath.Join(dir, fmt.Sprintf("%s.%d", name, i)), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	}
	if err != nil {
		return nil, fmt.Errorf("train: event file: %w", err)
	}
	e := &events{f: f, now: time.Now}
	e.frame(0, func(b []byte) []byte {
		b = protowire.AppendTag(b, 3, protowire.BytesType) // file_version
		return protowire.AppendString(b, "brain.Event:2")
	})
	if firstStep > 0 {
		e.frame(firstStep, func(b []byte) []byte {
			b = protowire.AppendTag(b, 7, protowire.BytesType) // session_log {status: START}
			return protowire.AppendBytes(b, protowire.AppendVarint(protowire.AppendTag(nil, 1, protowire.VarintType), 1))
		})
	}
	if err := e.flush(); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return e, nil
}

// A scalar is one number under a tag such as "train/loss".
type scalar struct {
	tag   string
	value float64
}

// scalars records numbers of a step.
func (e *events) scalars(step int, list ...scalar) error {
	e.frame(step, func(b []byte) []byte {
		var summary []byte
		for _, s := range list {
			value := protowire.AppendTag(nil, 1, protowire.BytesType) // tag
			value = protowire.AppendString(value, s.tag)
			value = protowire.AppendTag(value, 2, protowire.Fixed32Type) // simple_value
			value = protowire.AppendFixed32(value, math.Float32bits(float32(s.value)))
			summary = protowire.AppendTag(summary, 1, protowire.BytesType) // value
			summary = protowire.AppendBytes(summary, value)
		}
		b = protowire.AppendTag(b, 5, protowire.BytesType) // summary
		return protowire.AppendBytes(b, summary)
	})
	return e.flush()
}

// frame adds one Event as a TFRecord: length, its CRC, the message, its CRC.
func (e *events) frame(step int, what func([]byte) []byte) {
	msg := protowire.AppendTag(nil, 1, protowire.Fixed64Type) // wall_time
	msg = protowire.AppendFixed64(msg, math.Float64bits(float64(e.now().UnixNano())/1e9))
	msg = protowire.AppendTag(msg, 2, protowire.VarintType) // step
	msg = protowire.AppendVarint(msg, uint64(step))
	msg = what(msg)

	at := len(e.buf)
	e.buf = binary.LittleEndian.AppendUint64(e.buf, uint64(len(msg)))
	e.buf = binary.LittleEndian.AppendUint32(e.buf, maskedCRC(e.buf[at:]))
	e.buf = append(e.buf, msg...)
	e.buf = binary.LittleEndian.AppendUint32(e.buf, maskedCRC(msg))
}

// flush writes whole records, at once.
func (e *events) flush() error {
	_, err := e.f.Write(e.buf)
	e.buf = e.buf[:0]
	if err != nil {
		return fmt.Errorf("train: event file: %w", err)
	}
	return nil
}

func (e *events) close() error { return e.f.Close() }

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// maskedCRC is the checksum of TFRecords: a CRC-32C rotated and shifted by a constant.
func maskedCRC(b []byte) uint32 {
	c := crc32.Checksum(b, castagnoli)
	return (c>>15 | c<<17) + 0xa282ead8
}

package train

import (
	"encoding/binary"
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

// newEvents creates a file whose name TensorBoard recognises. A run that resumes
// starts another one; firstStep tells TensorBoard to forget later steps of older files.
func newEvents(dir string, firstStep int) (*events, error) {
	host, _ := os.Hostname()
	now := time.Now()
	name := fmt.Sprintf("events.out.tfevents.%010d.%s.%d", now.Unix(), host, os.Getpid())
	f, err := os.Create(filepath.Join(dir, name))
	if err != nil {
		return nil, fmt.Errorf("train: event file: %w", err)
	}
	e := &events{f: f, now: time.Now}
	if err := e.record(0, func(b []byte) []byte {
		b = protowire.AppendTag(b, 3, protowire.BytesType) // file_version
		return protowire.AppendString(b, "brain.Event:2")
	}); err != nil {
		return nil, err
	}
	if firstStep > 0 {
		err = e.record(firstStep, func(b []byte) []byte {
			b = protowire.AppendTag(b, 7, protowire.BytesType) // session_log {status: START}
			return protowire.AppendBytes(b, protowire.AppendVarint(protowire.AppendTag(nil, 1, protowire.VarintType), 1))
		})
	}
	return e, err
}

// scalar records one number of a step under a tag such as "train/loss".
func (e *events) scalar(step int, tag string, v float64) error {
	return e.record(step, func(b []byte) []byte {
		value := protowire.AppendTag(nil, 1, protowire.BytesType) // tag
		value = protowire.AppendString(value, tag)
		value = protowire.AppendTag(value, 2, protowire.Fixed32Type) // simple_value
		value = protowire.AppendFixed32(value, math.Float32bits(float32(v)))
		summary := protowire.AppendTag(nil, 1, protowire.BytesType) // value
		summary = protowire.AppendBytes(summary, value)
		b = protowire.AppendTag(b, 5, protowire.BytesType) // summary
		return protowire.AppendBytes(b, summary)
	})
}

// record frames one Event as a TFRecord: length, its CRC, the message, its CRC.
func (e *events) record(step int, what func([]byte) []byte) error {
	msg := protowire.AppendTag(nil, 1, protowire.Fixed64Type) // wall_time
	msg = protowire.AppendFixed64(msg, math.Float64bits(float64(e.now().UnixNano())/1e9))
	msg = protowire.AppendTag(msg, 2, protowire.VarintType) // step
	msg = protowire.AppendVarint(msg, uint64(step))
	msg = what(msg)

	e.buf = binary.LittleEndian.AppendUint64(e.buf[:0], uint64(len(msg)))
	e.buf = binary.LittleEndian.AppendUint32(e.buf, maskedCRC(e.buf))
	e.buf = append(e.buf, msg...)
	e.buf = binary.LittleEndian.AppendUint32(e.buf, maskedCRC(msg))
	if _, err := e.f.Write(e.buf); err != nil {
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

package device

// A Matrix is Rows × Cols numbers as files hold them: row after row, little-endian; of types that store blocks, in blocks of
// neighbours in a row, Cols being a multiple of Type.Block().
type Matrix struct {
	Type       Type // F32, F16, BF16 or one that stores blocks
	Rows, Cols int
	Data       []byte
	Turned     bool // a buffer of it is read as its transpose, Cols × Rows
}

// Bytes is the bytes of the numbers.
func (m Matrix) Bytes() int { return m.Rows * m.RowBytes() }

// RowBytes is the bytes of a row.
func (m Matrix) RowBytes() int { return m.Cols / m.Type.Block() * m.Type.BlockSize() }

// A Kept matrix is where a device of host memory keeps the numbers of a Buf whose Type is not its own: as they were given,
// in Data, or repacked for products.
type Kept struct {
	Matrix        // Data is nil if the numbers are in Panels
	Panels []byte // as kernel.PackQuant makes them, or nil
}

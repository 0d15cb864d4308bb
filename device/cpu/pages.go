package cpu

import "unsafe"

const (
	pageBytes  = 2 << 20  // of a large page
	chunkBytes = 64 << 20 // set aside at a time for matrices that are kept; what is not touched takes no memory
	fewBytes   = 1 << 20  // smaller ones have memory of their own
)

// still returns n zeros, for a matrix that is kept. Those of large ones lie side by side in large pages.
func (d *Device) still(n int) []byte {
	if n < fewBytes {
		return make([]byte, n)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.chunk) < n {
		whole := (max(n, chunkBytes) + pageBytes - 1) / pageBytes * pageBytes
		b := make([]byte, whole+pageBytes)
		off := -uintptr(unsafe.Pointer(&b[0])) % pageBytes
		d.chunk = b[off : off+uintptr(whole)]
		large(d.chunk)
	}
	b := d.chunk[:n:n]
	d.chunk = d.chunk[min((n+63)/64*64, len(d.chunk)):]
	return b
}

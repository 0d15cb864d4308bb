// Package npy answers: how do I exchange arrays with NumPy?
//
// [Read] and [Write] are numpy.load and numpy.save for one array (.npy), [OpenZip],
// [ReadZip] and [WriteZip] numpy.load and numpy.savez for several (.npz). The format is
// NumPy's NEP 1: a magic string, a version, a header that is the text of a Python
// dictionary, then the elements.
//
//	\x93NUMPY | u8 major | u8 minor | u16 or u32 length | {'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), } | data
//
// Floats, integers and booleans are read in either byte order and in row- or
// column-major order, and come out as a tensor.Tensor: row-major, little-endian.
// Everything else is refused, pickled objects first of all: those are programs.
package npy

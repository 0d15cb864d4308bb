package device

import "brick/kernel"

// A Conv is the geometry of a convolution, see kernel.ConvSize.
type Conv = kernel.ConvSize

// A Pool is the geometry of pooling, see kernel.PoolSize.
type Pool = kernel.PoolSize

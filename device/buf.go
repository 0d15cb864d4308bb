package device

import "brick/kernel"

const floatBytes = kernel.FloatBits / 8

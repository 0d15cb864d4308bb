// Package nn answers: how is a network put together, and what is in it?
//
// A [Block] takes a value and gives a value; it may be a layer, several layers or
// a whole model. Its parameters are the exported [*Param] fields found by walking
// it ([Params]), named by the path of field names, so there is nothing to register.
// A block is first declared (shapes and starting rules, no memory), then built:
// [Build] sets all values aside in one slab and all gradients in another.
//
//	m := nn.Build(nn.Chain{nn.NewLinear(2, 8), nn.Tanh(), nn.NewLinear(8, 1)}, 1)
//
// The same network in stack notation is "linear(8) tanh linear(1)": [Parse] reads
// it, [Plan] infers the widths and counts parameters, [Print] writes it back.
// What a block remembers between passes, a key–value cache or a recurrent state,
// it asks of the tape by [Recall].
package nn

package cpu

import "brick/kernel"

// tasks holds one reusable task of each kernel, so that handing one to the
// workers allocates nothing.
type tasks struct {
	productTasks
	elementTasks
	rowTasks
	imageTasks
	args kernel.Args // the constants of a map
}

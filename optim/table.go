package optim

import (
	"fmt"
	"strings"
)

// A Kind is an optimizer as the command line and run files know it.
type Kind struct {
	Name  string
	About string
	LR    float64          // a learning rate to start from
	State int              // numbers it keeps for each parameter
	New   func() Optimizer // with good defaults
}

// Table lists the optimizers that step on one gradient at a time.
var Table = []Kind{
	{"sgd", "gradient descent", 0.1, 0, func() Optimizer { return NewSGD() }},
	{"momentum", "gradient descent with momentum", 0.05, 1, func() Optimizer { return NewMomentum() }},
	{"nesterov", "momentum that looks ahead", 0.05, 1, func() Optimizer { return NewNesterov() }},
	{"adagrad", "divides by the root of all squares so far", 0.01, 1, func() Optimizer { return NewAdagrad() }},
	{"rmsprop", "divides by the root of the mean square", 1e-3, 1, func() Optimizer { return NewRMSProp() }},
	{"adadelta", "steps in the parameter's own unit", 1, 2, func() Optimizer { return NewAdadelta() }},
	{"adam", "mean gradient over its root mean square", 1e-3, 2, func() Optimizer { return NewAdam() }},
	{"adamw", "Adam with weight decay beside the gradient", 1e-3, 2, func() Optimizer { return NewAdamW() }},
	{"amsgrad", "Adam with the largest mean square so far", 1e-3, 3, func() Optimizer { return NewAMSGrad() }},
	{"adamax", "Adam with the largest recent gradient", 2e-3, 2, func() Optimizer { return NewAdamax() }},
	{"nadam", "Adam that looks ahead", 2e-3, 2, func() Optimizer { return NewNAdam() }},
	{"radam", "Adam that waits until it knows the mean square", 1e-3, 2, func() Optimizer { return NewRAdam() }},
	{"lion", "the sign of an interpolated momentum", 1e-4, 1, func() Optimizer { return NewLion() }},
	{"muon", "orthogonal steps for hidden matrices, AdamW for the rest", 2e-3, 2, func() Optimizer { return NewMuon() }},
}

// ByName finds an optimizer in the Table. An unknown name's error lists what there is.
func ByName(name string) (Kind, error) {
	var names []string
	for _, k := range Table {
		if k.Name == name {
			return k, nil
		}
		names = append(names, k.Name)
	}
	if name == "lbfgs" {
		return Kind{}, fmt.Errorf("optimizer lbfgs needs the loss over all data as a function: use optim.LBFGS; for steps there are %s", strings.Join(names, ", "))
	}
	return Kind{}, fmt.Errorf("there is no optimizer %q; there are %s", name, strings.Join(names, ", "))
}

package kernel

// A Rule names an optimizer's step on one parameter; Rules holds its definition.
type Rule uint8

// RuleArgs are the numbers of one step, the same for every element: learning
// rate, decay rates, bias corrections. What each place means stands beside the Rule.
type RuleArgs [10]Float

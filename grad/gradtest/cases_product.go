package gradtest

var productCases []Case

package gradtest

var elementCases []Case

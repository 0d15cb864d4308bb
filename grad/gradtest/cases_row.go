package gradtest

var rowCases []Case

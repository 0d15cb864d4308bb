package gradtest

var shapeCases []Case

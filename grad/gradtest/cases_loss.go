package gradtest

var lossCases []Case

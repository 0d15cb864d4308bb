//go:build race

package token

// slack multiplies time limits: the race detector makes everything ten times slower.
const slack = 20

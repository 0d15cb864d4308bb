//go:build !race

package token

// slack multiplies time limits.
const slack = 1

// Package fit answers: what law do these losses follow, and how sure can one be of it?
package fit

// Package e2e holds the browser tests of the course: `make e2e` runs them in a
// headless Chromium. Steps that earn a chapter's certificates stand in its
// testdata/e2e.json.
package e2e

// Package lesson answers: what is a chapter of the course made of?
//
// A Chapter is a folder of pages and a list of Calls. A Call is a Go function of
// one argument: what a widget shows is its answer, never a number of the
// page's own. Ask makes a call that is answered at once, Stream one that takes
// time and sends values along the way; a page and the command line reach both
// by name, with the argument in JSON.
//
// A Session is one learner: what was kept for them, their Jobs (streams that
// run, pause, step and stop) and their bounds of memory and time. Runs are
// the trained models that widgets look into.
package lesson

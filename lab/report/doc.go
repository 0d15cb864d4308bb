// Package report answers: how does one show a stranger, on one page, what a scaling sweep found and how far to trust it?
//
// Write makes a self-contained HTML page, in English or Chinese, and its figures as SVG and PNG files: the prediction that was written down
// before the largest size was trained and what that size then reached, the law with its intervals, every result, the method, the limits,
// and the command that repeats it all.
package report

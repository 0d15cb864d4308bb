// Package chat answers: how does a conversation become the one text a chat model was trained on?
//
// Each published model brings a template, written in Jinja, that puts the marks its training used around the messages:
// <|im_start|>user … for one family, [INST] … for another. [Parse] reads one, [Template.Render] runs it on an [Input].
// The subset of Jinja is what such templates use, with the settings Hugging Face's library has: for, if, set,
// namespace, macro, break and continue; filters, tests, slices and methods of strings; white space control with
// trim_blocks and lstrip_blocks; tojson as Python's json.dumps spells it; raise_exception and strftime_now.
//
// A template comes from a file nobody vouches for, so a run is bounded in steps, bytes and depth ([Limits]). It has no
// way to files, to the network or to Go. What this package does not know is an error that names the line.
package chat

package chat

import "fmt"

// An Error says what is wrong in a template or with the conversation it was given, and where.
type Error struct {
	Line int    // of the template, from 1
	Msg  string // what was found and what would fit
	// Refused is set where the template itself called raise_exception: the conversation is not one it takes.
	Refused bool
}

func (e *Error) Error() string {
	if e.Refused {
		return fmt.Sprintf("chat template, line %d: the template refuses the conversation: %s", e.Line, e.Msg)
	}
	return fmt.Sprintf("chat template, line %d: %s", e.Line, e.Msg)
}

// fail ends parsing or a run; catch turns it into an error at the door of the package.
func fail(line int, format string, args ...any) {
	panic(&Error{Line: line, Msg: fmt.Sprintf(format, args...)})
}

// catch stores the *Error of a fail in err and lets any other panic go on.
func catch(err *error) {
	switch p := recover().(type) {
	case nil:
	case *Error:
		*err = p
	default:
		panic(p)
	}
}

// short quotes a text for an error.
func short(s string) string {
	if len(s) > 60 {
		return fmt.Sprintf("%q…", s[:60])
	}
	return fmt.Sprintf("%q", s)
}

package train

import "fmt"

// A UsageError says that something was asked for that does not exist or means nothing: a setting, a name, a split.
type UsageError struct{ Err error }

func (e *UsageError) Error() string { return e.Err.Error() }
func (e *UsageError) Unwrap() error { return e.Err }

// An InputError says that a file's content cannot be used.
type InputError struct{ Err error }

func (e *InputError) Error() string { return e.Err.Error() }
func (e *InputError) Unwrap() error { return e.Err }

func usagef(format string, a ...any) error { return &UsageError{fmt.Errorf(format, a...)} }
func inputf(format string, a ...any) error { return &InputError{fmt.Errorf(format, a...)} }

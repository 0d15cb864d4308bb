package grad

// RenewAll makes Scopes drop small values too, until the returned function is called.
func RenewAll() (restore func()) {
	old := renewFrom
	renewFrom = 0
	return func() { renewFrom = old }
}

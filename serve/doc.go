// Package serve answers: how does a program on this machine serve HTTP without
// opening the machine to the network, or to every page its browser shows?
//
// Guard wraps the handler, Listen opens the port, Run serves until its context
// ends. A page of another site that knows the address (DNS rebinding) is
// stopped by its Host header, one that posts a form by its Origin, a client that
// sends slowly or without end by time and size.
package serve

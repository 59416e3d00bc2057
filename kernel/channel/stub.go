package channel

// BadArgument is what a send returns for a value that its declaration does
// not allow: nothing was sent, and the state is as before.
func BadArgument(state, method, reason string) error {
	return &MisuseError{Where: Where{State: state}, Method: method, Reason: reason}
}

// Adopt makes child the holder of the k-th end of the message that e has
// received last, for role stubs: child is as if e's Plain had opened it.
func (e *Endpoint) Adopt(k int, child *Endpoint, t *Component, name string) {
	d := e.TakeEnd(k)
	if e.core != nil {
		panic(&MisuseError{Where: e.where(-1, "", ""), Method: "Adopt", Reason: "a component on a core holds its ends in slots: use component stubs"})
	}
	e.rt.Plain(e.ctx, child, t, name, d)
}

// Refused reports whether err is what BadArgument returned: nothing was done, and the state is as before.
func Refused(err error) bool {
	m, ok := err.(*MisuseError)
	return ok && m.Component == ""
}

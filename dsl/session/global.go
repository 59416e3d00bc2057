package session

// elaborateProtocols projects the protocols of the package and keeps the well-formed ones.
func (p *Package) elaborateProtocols() {}

package main

import (
	"io"

	"github.com/protoc-os/protoc-os/dsl"
)

// render prints a diagnostic with its source.
func (a *app) render(w io.Writer, d *dsl.Diagnostic) {
	d.Render(w, dsl.RenderOptions{Color: a.colored(), ASCII: a.ascii}) // a stream that fails is seen at the end
}

package main

import (
	"fmt"
	"io"

	"github.com/protoc-os/protoc-os/dsl"
)

// render prints a diagnostic with its source.
func (a *app) render(w io.Writer, d *dsl.Diagnostic) { fmt.Fprintln(w, d.Error()) }

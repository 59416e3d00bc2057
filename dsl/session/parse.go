package session

import "github.com/protoc-os/protoc-os/dsl"

var parse func(path string, text []byte) (*dsl.File, []*dsl.Diagnostic)

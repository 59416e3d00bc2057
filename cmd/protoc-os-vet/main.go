// Command protoc-os-vet finds misuse of generated stubs:
//
//	go vet -vettool=$(which protoc-os-vet) ./...
//
// What it reports stands in package gen/analyzer.
package main

import (
	"golang.org/x/tools/go/analysis/unitchecker"

	"github.com/protoc-os/protoc-os/gen/analyzer"
)

func main() { unitchecker.Main(analyzer.All...) }

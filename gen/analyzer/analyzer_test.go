package analyzer_test

import (
	"testing"

	"golang.org/x/tools/go/analysis/analysistest"

	"github.com/protoc-os/protoc-os/gen/analyzer"
)

const (
	root     = "../.."
	testdata = "github.com/protoc-os/protoc-os/gen/analyzer/testdata/"
)

// Each planted misuse is found where its comment says, and nothing else is: correct code, however it is written, is not reported.
func TestLinear(t *testing.T) {
	analysistest.Run(t, root, analyzer.Linear, testdata+"linear", testdata+"flow", testdata+"correct")
}

func TestCases(t *testing.T) {
	analysistest.Run(t, root, analyzer.Cases, testdata+"cases", testdata+"correct")
}

func TestConfined(t *testing.T) {
	analysistest.Run(t, root, analyzer.Confined, testdata+"confined", testdata+"correct")
}

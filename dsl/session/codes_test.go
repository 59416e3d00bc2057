package session

import (
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/protoc-os/protoc-os/dsl"
)

// example returns the files of an explanation's example.
func example(e dsl.Explanation) map[string]string {
	if !strings.HasPrefix(e.Example, "-- ") {
		return map[string]string{"p/p.chan": e.Example}
	}
	texts := map[string]string{}
	for _, f := range txtar.Parse([]byte(e.Example)).Files {
		texts[f.Name] = string(f.Data)
	}
	return texts
}

func TestExamplesOfNamesAndProtocolsYieldTheirCodes(t *testing.T) {
	tried := 0
	for _, e := range dsl.Explanations() {
		if !strings.HasPrefix(string(e.Code), "PO01") && !strings.HasPrefix(string(e.Code), "PO02") {
			continue
		}
		tried++
		_, diags := LoadText(example(e))
		found := false
		for _, d := range diags {
			found = found || d.Code == e.Code
			if d.Code != e.Code && d.Severity == dsl.Error {
				t.Errorf("the example of %s yields %v as well", e.Code, d)
			}
			if strings.HasSuffix(d.Message, ".") || d.At.Source == nil {
				t.Errorf("%v: a message is a sentence without a full stop, at a position", d)
			}
		}
		if !found {
			t.Errorf("the example of %s does not yield it:\n%s", e.Code, e.Example)
		}
	}
	if tried < 50 {
		t.Errorf("only %d codes are explained", tried)
	}
}

package dsl

import (
	"regexp"
	"strings"
	"testing"
)

func TestExamplesOfTheTextYieldTheirCode(t *testing.T) {
	tried := 0
	for _, e := range Explanations() {
		if !strings.HasPrefix(string(e.Code), "PO00") {
			continue
		}
		tried++
		_, diagnostics := Parse("p.chan", []byte(e.Example))
		if len(diagnostics) != 1 || diagnostics[0].Code != e.Code {
			t.Errorf("the example of %s yields %v", e.Code, diagnostics)
		}
	}
	if tried != 7 {
		t.Errorf("%d of 7 codes are explained", tried)
	}
}

func TestExplanationsAreComplete(t *testing.T) {
	for _, e := range Explanations() {
		if !regexp.MustCompile(`^PO\d{4}$`).MatchString(string(e.Code)) || e.Title == "" || strings.HasSuffix(e.Title, ".") ||
			!strings.HasSuffix(strings.TrimSpace(e.Text), ".") || !strings.Contains(e.Example, "package ") {
			t.Errorf("%s: a code has a title, sentences and an example: %+v", e.Code, e)
		}
	}
	if _, ok := Explain("PO9999"); ok {
		t.Error("PO9999 is explained")
	}
}

package main

import (
	"os/exec"
	"testing"
)

// TestAgreement is the quick run: on each system SPIN says what we say and, unreduced, counts as many states.
func TestAgreement(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles sixteen models")
	}
	for _, tool := range []string{"spin", "gcc"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is not installed", tool)
		}
	}
	t.Chdir("..")
	if err := bench(true, false, "", 1); err != nil {
		t.Fatal(err)
	}
}

// Upper writes what it reads in capitals.
package main

import (
	"bytes"
	"io"
	"os"
)

func main() {
	b, err := io.ReadAll(os.Stdin)
	if err != nil {
		os.Exit(1)
	}
	os.Stdout.Write(bytes.ToUpper(b))
}

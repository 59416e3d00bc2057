// Hello says what it was given, and what time and noise are like.
package main

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"os"
	"time"
)

func main() {
	fmt.Println("hello", os.Args[1:], os.Getenv("NAME"))
	one, two := make([]byte, 5000), make([]byte, 5000)
	rand.Read(one)
	rand.Read(two)
	began := time.Now()
	time.Sleep(10 * time.Millisecond)
	fmt.Fprintf(os.Stderr, "noise %v, slept %v\n", !bytes.Equal(one, two), time.Since(began) >= 10*time.Millisecond)
	os.Exit(3)
}

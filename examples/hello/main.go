// Hello is an ordinary Go program. On the kernel (protoc-os run ./examples/hello) each of its system calls is a message.
package main

import (
	"crypto/rand"
	"fmt"
	"os"
	"time"
)

func main() {
	began := time.Now()
	time.Sleep(time.Millisecond)
	die := make([]byte, 1)
	rand.Read(die)
	fmt.Printf("hello %v, it is %s; the die shows %d\n", os.Args[1:], began.Format(time.Kitchen), die[0]%6+1)
	fmt.Fprintf(os.Stderr, "a millisecond took %v\n", time.Since(began).Round(time.Millisecond))
}

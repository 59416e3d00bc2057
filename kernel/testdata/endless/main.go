// Endless says that it begins, and never ends.
package main

import "fmt"

func main() {
	fmt.Println("I begin")
	for {
	}
}

// Greedy allocates until there is no more.
package main

import "fmt"

func main() {
	var all [][]byte
	for {
		b := make([]byte, 16<<20)
		for i := 0; i < len(b); i += 4096 {
			b[i] = 1
		}
		all = append(all, b)
		if len(all) == 1 {
			fmt.Println("the first 16 MiB are there")
		}
	}
}

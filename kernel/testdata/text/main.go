// Text writes so many numbered lines, counts what it reads, or reads the first line only, as its first argument says.
package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strconv"
)

func main() {
	switch os.Args[1] {
	case "lines":
		n, _ := strconv.Atoi(os.Args[2])
		w := bufio.NewWriterSize(os.Stdout, 1000)
		for i := range n {
			if _, err := fmt.Fprintf(w, "line %d\n", i); err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(3)
			}
		}
		if err := w.Flush(); err != nil {
			os.Exit(3)
		}
	case "copy":
		io.Copy(os.Stdout, os.Stdin)
	case "count":
		n, err := io.Copy(io.Discard, os.Stdin)
		fmt.Println(n, err)
	case "first":
		line, err := bufio.NewReader(os.Stdin).ReadString('\n')
		fmt.Print(line, err, "\n")
	}
}

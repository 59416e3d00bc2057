package channel_test

import (
	"context"
	"fmt"

	"github.com/protoc-os/protoc-os/kernel/channel"
)

// A server as a component on a core, and a client that is any goroutine.
// The stubs are in stub_test.go.
func Example() {
	rt := channel.New(channel.Config{Cores: 1, Outside: true})
	ends := rt.NewSession(&double)
	StartServer(rt, channel.Options{}, ends[1], serve).Discard()

	client := OpenClient(context.Background(), rt, ends[0])
	done := make(chan error)
	go func() { done <- rt.Run(context.Background()) }()

	for _, x := range []uint64{21, 13} {
		asked, err := client.Ask(x, 0)
		if err != nil {
			fmt.Println(err)
			return
		}
		reply, err := asked.Reply()
		if err != nil {
			fmt.Println(err)
			return
		}
		switch m := reply.(type) {
		case *Answer:
			fmt.Println("answer", m.X)
			client = m.Next
		case *Refuse:
			fmt.Println("refused")
			client = m.Next
		}
	}
	if _, err := client.Bye(); err != nil {
		fmt.Println(err)
	}
	fmt.Println("run:", <-done)
	// Output:
	// answer 42
	// refused
	// run: <nil>
}

package sample_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/protoc-os/protoc-os/gen/internal/sample"
	"github.com/protoc-os/protoc-os/kernel/channel"
)

// TestFaults goes through the table of docs/stubs.md: each misuse, what comes of it and in which words.
//
//protocos:unchecked to see what the runtime says
func TestFaults(t *testing.T) {
	doc, err := os.ReadFile("../../../docs/stubs.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rows, _ := strings.Cut(string(doc), "| what is done |")
	rows, _, _ = strings.Cut(rows, "\n\n")
	documented := map[string][]string{}
	for _, row := range strings.Split(rows, "\n")[2:] {
		cells := strings.Split(strings.Trim(row, "| "), " | ")
		documented[cells[0]] = cells[1:]
	}
	for what, do := range map[string]func(context.Context, *channel.Runtime) error{
		"a state is used twice": func(ctx context.Context, rt *channel.Runtime) error {
			c, _ := openShop(ctx, rt)
			c.Open()
			_, err := c.Open()
			return err
		},
		"the zero state is used": func(context.Context, *channel.Runtime) error {
			_, err := sample.ShopClientRest{}.Open()
			return err
		},
		"a state is used after an error": func(ctx context.Context, rt *channel.Runtime) error {
			c, s := openShop(ctx, rt)
			s.Leave()
			c.Open()
			_, err := c.Open()
			return err
		},
		"a state is used after its end was given away": func(ctx context.Context, rt *channel.Runtime) error {
			callerEnd, _ := sample.NewLine(rt)
			giverEnd, _ := sample.NewGift(rt)
			line := sample.OpenLineCaller(ctx, rt, callerEnd)
			if _, err := sample.OpenGiftGiver(ctx, rt, giverEnd).Give(line); err != nil {
				return err
			}
			_, err := line.Ask(1)
			return err
		},
		"a value is sent that its declaration does not allow": func(ctx context.Context, rt *channel.Runtime) error {
			c, _ := openShop(ctx, rt)
			_, err := c.Put(ada, 9, 0, nil, nil, 0)
			if !channel.Refused(err) {
				t.Errorf("%v is not Refused", err)
			}
			if _, again := c.Put(ada, 8, 0, nil, nil, 0); again != nil {
				t.Errorf("the state does not live on: %v", again)
			}
			return err
		},
		"the peer is gone": func(ctx context.Context, rt *channel.Runtime) error {
			c, s := openShop(ctx, rt)
			asked, err := c.Open()
			if err != nil {
				return err
			}
			s.Leave()
			_, err = asked.Receive()
			return err
		},
		"the context is done": func(ctx context.Context, rt *channel.Runtime) error {
			ctx, cancel := context.WithCancel(ctx)
			defer cancel()
			c, _ := openShop(ctx, rt)
			asked, err := c.Open()
			if err != nil {
				return err
			}
			cancel()
			_, err = asked.Receive()
			return err
		},
		"the peer sends what the protocol does not allow here": func(ctx context.Context, rt *channel.Runtime) error {
			clientEnd, serverEnd := sample.NewShop(rt)
			asked, err := sample.OpenShopClient(ctx, rt, clientEnd).Open()
			if err != nil {
				return err
			}
			var impostor channel.Endpoint
			rt.Probe(&impostor, &channel.Component{Name: "impostor", Slots: []channel.Slot{{Name: "s", Protocol: &sample.Shop, Role: 1}}}, "impostor", serverEnd)
			refused := -1
			for i, l := range sample.Shop.Labels {
				if l.Name == "Refused" {
					refused = i
				}
			}
			if err := impostor.Begin(impostor.Step(), &channel.Op{Label: uint16(refused), Peer: 0}, 0); err != nil {
				return err
			}
			impostor.Commit()
			_, err = asked.Receive()
			return err
		},
		"a component returns an End that it has made itself": component(func(s sample.ShopClientRest) (sample.ShopClientEnd, error) {
			return sample.ShopClientEnd{}, nil
		}),
		"a component returns and drops a state": component(func(s sample.ShopClientRest) (sample.ShopClientEnd, error) {
			return sample.ShopClientEnd(s), nil
		}),
		"a component panics": component(func(s sample.ShopClientRest) (sample.ShopClientEnd, error) {
			panic("out of paper")
		}),
		"a component uses a state twice": component(func(s sample.ShopClientRest) (sample.ShopClientEnd, error) {
			s.Open()
			_, err := s.Open()
			return sample.ShopClientEnd{}, err
		}),
	} {
		ctx, cancel := context.WithCancel(context.Background())
		kind, text := faultOf(func() error { return do(ctx, newRuntime()) })
		cancel()
		row := documented[what]
		delete(documented, what)
		if got := []string{kind, "`" + text + "`"}; len(row) != 2 || row[0] != got[0] || row[1] != got[1] {
			t.Errorf("docs/stubs.md must say\n| %s | %s | %s |", what, got[0], got[1])
		}
	}
	for what := range documented {
		t.Errorf("docs/stubs.md: %s: nothing tests it", what)
	}
}

func openShop(ctx context.Context, rt *channel.Runtime) (sample.ShopClientRest, sample.ShopServerRest) {
	clientEnd, serverEnd := sample.NewShop(rt)
	return sample.OpenShopClient(ctx, rt, clientEnd), sample.OpenShopServer(context.Background(), rt, serverEnd)
}

// component is a run of one component whose peer never comes.
func component(run func(sample.ShopClientRest) (sample.ShopClientEnd, error)) func(context.Context, *channel.Runtime) error {
	return func(ctx context.Context, _ *channel.Runtime) error {
		rt := channel.New(channel.Config{Cores: 1})
		end, _ := sample.NewShop(rt)
		sample.StartShopClient(rt, channel.Options{}, end, func(_ context.Context, s sample.ShopClientRest) (sample.ShopClientEnd, error) {
			return run(s)
		}).Discard()
		err := rt.Run(ctx)
		if joined, ok := err.(interface{ Unwrap() []error }); ok && len(joined.Unwrap()) == 1 {
			err = joined.Unwrap()[0]
		}
		return err
	}
}

// faultOf is the kind and the words of an error or a panic.
func faultOf(do func() error) (kind, text string) {
	defer func() {
		if v := recover(); v != nil {
			kind, text = fmt.Sprintf("panic with `%T`", v), fmt.Sprint(v)
		}
	}()
	err := do()
	return fmt.Sprintf("`%T`", err), fmt.Sprint(err)
}

package checker

import (
	"context"
	"fmt"
	"syscall"
	"testing"
	"time"

	"github.com/protoc-os/protoc-os/dsl/session"
)

// A file server with n clients: each opens, reads for as long as it likes, and closes; the server asks a disk.
const fileServer = `package x
protocol Sys(client, server) capacity 1 {
    loop rest {
        choose client {
        option client -> server: Open()   server -> client: Opened()
        option client -> server: Read()   choose server { option server -> client: Data()  option server -> client: Fail() }
        option client -> server: Close()  server -> client: Closed()
        }
    }
}
protocol Disk(client, driver) capacity 1 {
    loop rest { client -> driver: Get()  choose driver { option driver -> client: Block()  option driver -> client: Error() } }
}
component App(sys Sys.client) {
    loop {
        sys <- Open()
        Opened() <- sys
        loop reading {
            decide { case more:  case enough: break reading }
            sys <- Read()
            choose { option Data() <- sys:  option Fail() <- sys: break reading }
        }
        sys <- Close()
        Closed() <- sys
    }
}
component Server(clients [n]Sys.server, disk Disk.client, n size) {
    loop {
        choose {
        option Open() <- clients[i]:   clients[i] <- Opened()
        option Close() <- clients[i]:  clients[i] <- Closed()
        option Read() <- clients[i]:
            disk <- Get()
            choose { option Block() <- disk: clients[i] <- Data()  option Error() <- disk: clients[i] <- Fail() }
        }
    }
}
component Driver(requests Disk.driver) {
    loop { Get() <- requests  decide { case good: requests <- Block()  case bad: requests <- Error() } }
}
system Files {
    param n check 3
    app [n]App
    fs  Server
    disk Driver
    connect Sys(client = app[i].sys, server = fs.clients[i]) for i in app
    connect Disk(client = fs.disk, driver = disk.requests)
}
`

// Dining philosophers: each takes the fork on its left first.
const philosophers = `package x
protocol Fork(phil, fork) capacity 1 { loop rest { phil -> fork: Take()  fork -> phil: Taken()  phil -> fork: Drop() } }
component Phil(left Fork.phil, right Fork.phil) {
    loop {
        left <- Take()
        Taken() <- left
        right <- Take()
        Taken() <- right
        left <- Drop()
        right <- Drop()
    }
}
component Fork1(a Fork.fork, b Fork.fork) {
    loop {
        choose {
        option Take() <- a: a <- Taken()  Drop() <- a
        option Take() <- b: b <- Taken()  Drop() <- b
        }
    }
}
system Table {
    param n check 3
    phil [n]Phil
    fork [n]Fork1
    connect Fork(phil = phil[i].left, fork = fork[i].a) for i in 0..n-1
    connect Fork(phil = phil[i].right, fork = fork[(i + 1) % n].b) for i in 0..n-1
}
`

// cpuTime is what this process has used: on a shared machine it says more than the clock.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func BenchmarkExplore(b *testing.B) {
	for _, c := range []struct {
		name, text string
		n          int64
		workers    int
	}{{"files", fileServer, 4, 1}, {"files", fileServer, 5, 1}, {"files", fileServer, 5, 2}, {"philosophers", philosophers, 6, 1}, {"philosophers", philosophers, 6, 2}} {
		b.Run(fmt.Sprintf("%s/%d/%d", c.name, c.n, c.workers), func(b *testing.B) {
			prog, _ := session.LoadText(map[string]string{"x/x.chan": c.text})
			sys, diags := session.Elaborate(prog.Packages[0].Systems[0], session.ElaborateOptions{Params: map[string]int64{"n": c.n}})
			if sys == nil {
				b.Fatal(diags[0])
			}
			var st Stats
			began := cpuTime()
			for b.Loop() {
				m, err := compile(sys)
				if err != nil {
					b.Fatal(err)
				}
				s := newSearch(m, Options{Workers: c.workers}, everything)
				s.explore(context.Background())
				st = s.stats()
			}
			b.ReportMetric(float64(st.States)*float64(b.N)/b.Elapsed().Seconds(), "states/s")
			b.ReportMetric(float64(st.States)*float64(b.N)/(cpuTime()-began).Seconds(), "states/cpu-s")
			b.ReportMetric(float64(st.Bytes)/float64(st.States), "bytes/state")
			b.ReportMetric(float64(st.States), "states")
		})
	}
}

// BenchmarkCheck is a whole check: exploring, and judging continuations.
func BenchmarkCheck(b *testing.B) {
	prog, _ := session.LoadText(map[string]string{"x/x.chan": fileServer})
	sys, diags := session.Elaborate(prog.Packages[0].Systems[0], session.ElaborateOptions{Params: map[string]int64{"n": 4}})
	if sys == nil {
		b.Fatal(diags[0])
	}
	for b.Loop() {
		if v := Check(context.Background(), sys, Options{}); v.Outcome != Holds {
			b.Fatal(v.Reason)
		}
	}
}

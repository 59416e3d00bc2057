package checker

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/protoc-os/protoc-os/checker/fair"
	"github.com/protoc-os/protoc-os/dsl/session"
)

// Systems of the literature and of everyday life, each with the weakest assumption that all its obligations hold under.
var fairSystems = []struct {
	name, text, want string
}{
	// Dijkstra's philosophers, one of them left-handed: nobody is ever stuck, and a fork can always go to the other.
	{"philosophers", `package x
protocol Fork(user, fork) capacity 0 {
    loop rest { choose user { option user -> fork: Take()  user -> fork: Put()  option user -> fork: Leave() end } }
}
component Eater(first Fork.user, second Fork.user) {
    loop { first <- Take()  second <- Take()  second <- Put()  first <- Put() }
}
component Fork1(a Fork.fork, b Fork.fork) {
    loop { choose {
        option Take() <- a: Put() <- a
        option Take() <- b: Put() <- b
        option Leave() <- a: loop { Take() <- b  Put() <- b }
        option Leave() <- b: loop { Take() <- a  Put() <- a }
    } }
}
system S {
    p Eater  q Eater  f Fork1  g Fork1
    connect Fork(user = p.first, fork = f.a)   connect Fork(user = p.second, fork = g.a)
    connect Fork(user = q.first, fork = f.b)   connect Fork(user = q.second, fork = g.b)
    check deadlock, reception, progress
}`, "declared"},
	// The same forks without a promise: whoever hands them out prefers one side.
	{"preferring forks", `package x
protocol Fork(user, fork) capacity 1 {
    loop { user -> fork: Ask()  fork -> user: Take()  user -> fork: Put() }
}
component Eater(first Fork.user, second Fork.user) {
    loop { first <- Ask() Take() <- first  second <- Ask() Take() <- second  second <- Put()  first <- Put() }
}
component Fork1(a Fork.fork, b Fork.fork) {
    loop { choose priority {
        option Ask() <- a: a <- Take() Put() <- a
        option Ask() <- b: b <- Take() Put() <- b
    } }
}
system S {
    p Eater  q Eater  f Fork1  g Fork1
    connect Fork(user = p.first, fork = f.a)   connect Fork(user = p.second, fork = g.a)
    connect Fork(user = q.first, fork = f.b)   connect Fork(user = q.second, fork = g.b)
    check deadlock, reception, progress
}`, "strong PO2011"},
	// Two buyers talk about a price as long as they like: the seller hears of it only if they decide fairly.
	{"two buyers", twoBuyers("decide"), "strong PO2011"},
	{"two fair buyers", twoBuyers("decide fair"), "declared"},
	{"two fair buyers, bounded", twoBuyers("decide fair(3)"), "declared"},
	// Two workers share nothing: each goes on because whoever can does.
	{"workers", `package x
protocol Work(boss, worker) { loop { boss -> worker: Job() } }
component Boss(w Work.boss) { loop { w <- Job() } }
component Worker(w Work.worker) { loop { Job() <- w } }
system S {
    a Boss  b Boss  v Worker  w Worker
    connect Work(boss = a.w, worker = v.w)  connect Work(boss = b.w, worker = w.w)
    check deadlock, progress, starvation
}`, "weak"},
	{"alone", `package x
protocol Work(boss, worker) capacity 0 { loop { boss -> worker: Job() } }
component Boss(w Work.boss) { loop { w <- Job() } }
component Worker(w Work.worker) { loop { Job() <- w } }
system S { a Boss  v Worker  connect Work(boss = a.w, worker = v.w)  check deadlock, progress, starvation }`, "none"},
	{"server", server("choose", "Call"), "declared"},
	{"server by priority", server("choose priority", "Call"), "strong PO2012 PO2011"},
	{"a monitor never triggered", `package x
protocol Work(boss, worker) { loop { boss -> worker: Job() } }
component Boss(w Work.boss) { loop { w <- Job() } }
component Worker(w Work.worker) { var broken bool  loop { Job() <- w } }
system S { a Boss  v Worker  connect Work(boss = a.w, worker = v.w)  eventually v.broken => !v.broken }`, "none PO2016"},
	{"a promise kept", `package x
protocol Work(boss, worker) { loop { boss -> worker: Job()  worker -> boss: Done() } }
component Boss(w Work.boss) { var owed bool  loop { w <- Job()  owed = true  Done() <- w  owed = false } }
component Worker(w Work.worker) { loop { Job() <- w  w <- Done() } }
component Idler(w Work.boss) { loop { w <- Job()  Done() <- w } }
system S { a Boss  v Worker  i Idler  u Worker  connect Work(boss = a.w, worker = v.w) connect Work(boss = i.w, worker = u.w) eventually a.owed => !a.owed }`, "weak"},
	// Both sides of a rendezvous choose: nothing is promised.
	{"both choose", `package x
protocol Call(a, b) capacity 0 { loop { a -> b: Call() } }
component Caller(x Call.a, y Call.a) { loop { choose { option x <- Call(): option y <- Call(): } } }
component Callee(x Call.b, y Call.b) { loop { choose { option Call() <- x: option Call() <- y: } } }
system S { c Caller  d Callee  connect Call(a = c.x, b = d.x)  connect Call(a = c.y, b = d.y)  check deadlock, starvation }`, "strong PO2012"},
	// Whoever waits for a place under a limit has his turn.
	{"a limit", `package x
protocol Call(a, b) { a -> b: Call()  b -> a: Done() }
component Callee(c Call.b) { Call() <- c  c <- Done() }
component Caller() { loop { new Call as c  start Callee(c.b)  c.a <- Call()  Done() <- c.a } }
system S { p Caller  q Caller  limit Call 1  limit Callee 2  check deadlock, progress }`, "declared"},
}

func twoBuyers(decide string) string {
	return `package x
protocol Talk(a, b) { loop { choose a { option a -> b: Offer()  b -> a: Counter()  option a -> b: Agree() end } } }
protocol Sale(buyer, seller) { buyer -> seller: Buy() }
component First(talk Talk.a, sale Sale.buyer) {
    loop { ` + decide + ` {
        case haggle: talk <- Offer()  Counter() <- talk
        case agree:  talk <- Agree()  sale <- Buy()  end
    } }
}
component Second(talk Talk.b) { loop { choose { option Offer() <- talk: talk <- Counter()  option Agree() <- talk: end } } }
component Seller(sale Sale.seller) { Buy() <- sale }
system S {
    a First  b Second  s Seller
    connect Talk(a = a.talk, b = b.talk)  connect Sale(buyer = a.sale, seller = s.sale)
    check deadlock, reception, orphan, progress
}`
}

func server(choose, label string) string {
	return `package x
protocol Calls(client, server) { loop { client -> server: Call()  server -> client: Done() } }
component Client(s Calls.client) { loop { s <- Call()  Done() <- s } }
component Server(a Calls.server, b Calls.server, c Calls.server) {
    loop { ` + choose + ` {
        option Call() <- a: a <- Done()
        option Call() <- b: b <- Done()
        option Call() <- c: c <- Done()
    } }
}
system S {
    x Client  y Client  z Client  s Server
    connect Calls(client = x.s, server = s.a)  connect Calls(client = y.s, server = s.b)  connect Calls(client = z.s, server = s.c)
    check deadlock, progress, starvation
}`
}

func TestFairness(t *testing.T) {
	for _, c := range fairSystems {
		t.Run(c.name, func(t *testing.T) {
			sys := elaborate(t, c.text, session.ElaborateOptions{})
			v := Check(context.Background(), sys, Options{})
			if v.Outcome == Inconclusive {
				t.Fatal(v.Reason)
			}
			most := fair.None
			for _, o := range v.Obligations {
				if o.Raised {
					most = max(most, o.Weakest)
				}
			}
			got := most.String()
			for _, x := range v.Violations {
				got += " " + string(x.Code)
				if x.Trace == nil {
					continue
				}
				if _, steps, err := Replay(sys, x.Trace); err != nil || steps != len(x.Trace.Events) {
					t.Errorf("%s does not replay: %v", x.Code, err)
				}
				closes(t, sys, x)
			}
			if sorted(got) != sorted(c.want) {
				t.Errorf("got %s, want %s", got, c.want)
				for _, o := range v.Obligations {
					t.Log(o.Weakest, o.Raised, o.Text)
				}
				for _, x := range v.Violations {
					t.Log(x.Message)
				}
			}
		})
	}
}

// closes holds that the cycle of a counterexample leads back to where it starts.
func closes(t *testing.T, sys *session.System, v *Violation) {
	t.Helper()
	if v.Trace.Cycle == 0 {
		return
	}
	stem := *v.Trace
	stem.Events = stem.Events[:v.Trace.Cycle-1]
	from, _, _ := Replay(sys, &stem)
	to, _, _ := Replay(sys, v.Trace)
	if fmt.Sprint(from) != fmt.Sprint(to) {
		t.Errorf("%s: the cycle does not lead back to where it starts", v.Code)
	}
}

func sorted(words string) string {
	all := strings.Fields(words)
	for i := range all {
		for j := i; j > 0 && all[j] < all[j-1]; j-- {
			all[j], all[j-1] = all[j-1], all[j]
		}
	}
	return strings.Join(all, " ")
}

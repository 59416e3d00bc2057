package dsl

// The codes of verdicts.
const (
	Deadlock        Code = "PO2001"
	PartialDeadlock Code = "PO2002"
	OnlyTimeout     Code = "PO2003"
	Reception       Code = "PO2004"
	Orphan          Code = "PO2005"
	LeakedEnd       Code = "PO2006"
	AssertionFails  Code = "PO2007"
	OutOfRange      Code = "PO2008"
	AlwaysFails     Code = "PO2009"
	DeadOption      Code = "PO2010"
	Progress        Code = "PO2011"
	Starvation      Code = "PO2012"
	EventuallyFails Code = "PO2013"
	CapacityExcess  Code = "PO2014"
	NoCapacity      Code = "PO2015"
	Vacuous         Code = "PO2016"
)

// ping is a protocol for the examples.
const ping = `package p

protocol Ping(a, b) capacity 1 {
    loop rest {
        choose a {
        option a -> b: Ask()
            b -> a: Answer()
        option a -> b: Stop()
            end
        }
    }
}

`

// once is another.
const once = `package p

protocol Once(a, b) {
    a -> b: Ask()
    b -> a: Answer()
}

`

func init() {
	register(
		Explanation{Deadlock, "a deadlock", `The system can reach a state in which nothing can move, although some component has neither ended nor is idle. A component is idle when it
waits only for receives, each end that it holds stands at a rest point, and every queue toward it is empty. Look at who waits for whom at the end of the
counterexample: one of them has to stop waiting, by another order of its channels, by an option for the message that is in its way, or by room in a queue.`,
			ping + `// Each asks first and answers only afterwards.
component Peer(mine Ping.a, other Ping.b) {
    mine <- Ask()
    Answer() <- mine
    loop serving {
        choose {
        option Ask() <- other:
            other <- Answer()
        option Stop() <- other:
            break serving
        }
    }
    mine <- Stop()
}

system Crossed {
    one Peer
    two Peer
    connect Ping(a = one.mine, b = two.other)
    connect Ping(a = two.mine, b = one.other)
}
`},
		Explanation{PartialDeadlock, "a partial deadlock", `Some components can reach a state in which they never move again, whatever the others do, while others go on for ever. They have neither ended nor
are they idle: they wait for something that nobody will do. The message names them; the counterexample shows how they come to wait.`,
			once + `protocol Ticks(a, b) {
    loop {
        a -> b: Tick()
    }
}

component Busy(b Ticks.a) {
    loop {
        b <- Tick()
    }
}

component Server(busy Ticks.b, client Once.b) {
    Ask() <- client
    loop {
        Tick() <- busy
    }
}

component Forgotten(server Once.a) {
    server <- Ask()
    Answer() <- server
}

system Neglect {
    busy Busy
    server Server
    forgotten Forgotten
    connect Ticks(a = busy.b, b = server.busy)
    connect Once(a = forgotten.server, b = server.client)
}
`},
		Explanation{OnlyTimeout, "only a timeout goes on from here", `Deadlock is judged as if timeouts did not exist: a state in which nothing else can move shows that somebody waits for what will never come, and
that each time the system stops until the time is over. If this is what the timeout is for, write "timeout rescues".`,
			once + `component Client(p Once.a, q Once.a) {
    p <- Ask()
    Answer() <- p
    q <- Ask()
    Answer() <- q
}

// Mute waits for the second question before it answers the first.
component Mute(p Once.b, q Once.b) {
    Ask() <- p
    choose {
    option Ask() <- q:
        p <- Answer()
        q <- Answer()
    option timeout:
        p <- Answer()
        Ask() <- q
        q <- Answer()
    }
}

system Late {
    client Client
    mute Mute
    connect Once(a = client.p, b = mute.p)
    connect Once(a = client.q, b = mute.q)
}
`},
		Explanation{Reception, "an unspecified reception", `A component waits for messages of a queue whose next message is none of them, and none that it could accept later. A protocol that is projected
cannot get there; one whose roles are given one by one can. Let the component accept the message at that point, or let the sender not send it then.`,
			`package p

protocol Bid(a, b) capacity 1 {
    role a {
        choose {
        option a -> b: Offer()
            end
        option b -> a: Cancel()
            a -> b: Cancelled()
            end
        }
    }
    role b {
        choose {
        option a -> b: Offer()
            end
        option b -> a: Cancel()
            a -> b: Cancelled()
            end
        }
    }
}

component A(p Bid.a) {
    choose {
    option p <- Offer():
    option Cancel() <- p:
        p <- Cancelled()
    }
}

component B(p Bid.b) {
    choose {
    option Offer() <- p:
    option p <- Cancel():
        Cancelled() <- p
    }
}

system Crossing {
    a A
    b B
    connect Bid(a = a.p, b = b.p)
}
`},
		Explanation{Orphan, "an orphan message", `A message lies in a queue, and no continuation receives it. Whoever sent it believes that it will be read. Let the receiver take it before it
ends, or do not send it. Messages to a component that has abandoned its end are dropped, and are no orphans.`,
			`package p

protocol Bid(a, b) capacity 1 {
    role a {
        choose {
        option a -> b: Offer()
            end
        option b -> a: Cancel()
            end
        }
    }
    role b {
        choose {
        option a -> b: Offer()
            end
        option b -> a: Cancel()
            end
        }
    }
}

component A(p Bid.a) {
    choose {
    option p <- Offer():
    option Cancel() <- p:
    }
}

component B(p Bid.b) {
    choose {
    option Offer() <- p:
    option p <- Cancel():
    }
}

system BothLeave {
    a A
    b B
    connect Bid(a = a.p, b = b.p)
}
`},
		Explanation{LeakedEnd, "a leaked end", `A live end of a session is where no component can ever reach it: in a queue toward itself, or toward an end that is in turn out of reach. Whoever
holds the other end waits for a peer that does not exist. Send ends only to components that live to receive them.`,
			`package p

protocol Work(boss, worker) capacity 1 { boss -> worker: Do() }

protocol Pass(from, to) capacity 1 {
    role from {
        choose {
        option from -> to: Take(work Work.worker)
            end
        option to -> from: No()
            end
        }
    }
    role to {
        choose {
        option from -> to: Take(work Work.worker)
            end
        option to -> from: No()
            end
        }
    }
}

component Boss(w Work.boss) {
    w <- Do()
}

component Giver(p Pass.from, w Work.worker) {
    choose {
    option p <- Take(w):
    option No() <- p:
        Do() <- w
    }
}

component Taker(p Pass.to) {
    choose {
    option Take(work) <- p:
        Do() <- work
    option p <- No():
    }
}

system Refused {
    boss Boss
    giver Giver
    taker Taker
    connect Work(boss = boss.w, worker = giver.w)
    connect Pass(from = giver.p, to = taker.p)
}
`},
		Explanation{AssertionFails, "an assertion fails", `A run reaches an assert whose condition is false. Either the component does not keep what it claims, or the claim is wrong; the counterexample
shows the run.`,
			ping + `component Client(p Ping.a) {
    loop upto 2 {
        p <- Ask()
        Answer() <- p
    }
    p <- Stop()
}

component Server(p Ping.b) {
    var served range 0..3 = 0
    loop {
        choose {
        option Ask() <- p:
            served = served + 1
            assert served < 2
            p <- Answer()
        option Stop() <- p:
            end
        }
    }
}

system Counting {
    client Client
    server Server
    connect Ping(a = client.p, b = server.p)
}
`},
		Explanation{OutOfRange, "a value out of range", `A variable or field would get a value that its range does not have, or an index lies outside its array. Make the range wide enough, or guard the
assignment.`,
			ping + `component Client(p Ping.a) {
    loop upto 3 {
        p <- Ask()
        Answer() <- p
    }
    p <- Stop()
}

component Server(p Ping.b) {
    var served range 0..2 = 0
    loop {
        choose {
        option Ask() <- p:
            served = served + 1
            p <- Answer()
        option Stop() <- p:
            end
        }
    }
}

system Counting {
    client Client
    server Server
    connect Ping(a = client.p, b = server.p)
}
`},
		Explanation{AlwaysFails, "an invariant fails", `The system says "always", and a run reaches a state in which the condition is false.`,
			ping + `component Client(p Ping.a) {
    loop upto 2 {
        p <- Ask()
        Answer() <- p
    }
    p <- Stop()
}

component Server(p Ping.b) {
    var served range 0..3 = 0
    loop {
        choose {
        option Ask() <- p:
            served = served + 1
            p <- Answer()
        option Stop() <- p:
            end
        }
    }
}

system Counting {
    client Client
    server Server
    connect Ping(a = client.p, b = server.p)
    always server.served <= 1
}
`},
		Explanation{DeadOption, "an option that no run takes", `The component offers an option, or a decide a case, that no run of the system takes. It is code that nothing tests; often its guard can never hold,
or nobody sends what it waits for. This fails a system only if it asks for it with "check dead".`,
			ping + `component Client(p Ping.a) {
    p <- Ask()
    Answer() <- p
    p <- Stop()
}

component Server(p Ping.b) {
    var rude bool = false
    loop {
        choose {
        option Ask() <- p:
            p <- Answer()
        option when rude: Stop() <- p:
            end
        option Stop() <- p:
            end
        }
    }
}

system Polite {
    client Client
    server Server
    connect Ping(a = client.p, b = server.p)
    check dead
}
`},
		Explanation{Progress, "something that has to happen may never happen", `A component that has neither ended nor is idle has to move again, a message that is queued has to be received, and what a component waits for
and its peer owes has to come. Here a run goes round for ever (the bracketed steps) without that, although every component that can keep moving does and
every ` + "`choose` and `decide fair`" + ` keeps its promise. A ` + "`decide`" + ` promises nothing: if the program's own decisions are meant to be fair, say so with
` + "`decide fair(n)`" + `. If it is the meeting of two components that never comes about, let one of them wait where the other can find it.`,
			ping + `// Client asks once, and then never: nobody makes it stop.
component Client(p Ping.a) {
    p <- Ask()
    Answer() <- p
    p <- Stop()
}

protocol Tick(x, y) { loop { x -> y: Tick() } }

// Server decides to go on ticking, for ever.
component Server(p Ping.b, t Tick.x) {
    loop {
        decide {
        case tick: t <- Tick()
        case serve:
            choose {
            option Ask() <- p: p <- Answer()
            option Stop() <- p:
                loop { t <- Tick() }
            }
        }
    }
}

component Sink(t Tick.y) { loop { Tick() <- t } }

system Ticking {
    client Client
    server Server
    sink   Sink
    connect Ping(a = client.p, b = server.p)
    connect Tick(x = server.t, y = sink.t)
    check deadlock, reception, orphan, leak, progress
}
`},
		Explanation{Starvation, "an option starves", `An option of a ` + "`choose`" + ` is ready again and again in a run, and is never taken. A plain ` + "`choose`" + ` takes the ready option that it has not taken
for longest; ` + "`choose priority`" + ` takes the first, and the later ones may wait for ever. An option that others take away before the component looks can starve as
well: a free session that somebody else always gets, a rendezvous that goes to another.`,
			`package p

protocol Calls(a, b) { loop { a -> b: Call() } }

component Caller(c Calls.a) { loop { c <- Call() } }

component Operator(vip Calls.b, other Calls.b) {
    loop {
        choose priority {
        option Call() <- vip:
        option Call() <- other:
        }
    }
}

system Office {
    boss     Caller
    clerk    Caller
    operator Operator
    connect Calls(a = boss.c, b = operator.vip)
    connect Calls(a = clerk.c, b = operator.other)
    check deadlock, reception, orphan, leak, starvation
}
`},
		Explanation{EventuallyFails, "what is eventually to happen may never happen", `The system says "eventually P => Q", and there is a run that reaches P and then never Q, although every component that can keep moving
does and every ` + "`choose` and `decide fair`" + ` keeps its promise. The bracketed steps repeat for ever.`,
			`package p

protocol Work(a, b) { loop { a -> b: Job() } }

component Boss(w Work.a) { loop { w <- Job() } }

component Worker(w Work.b) {
    var rested bool
    loop working {
        Job() <- w
        decide {
        case go:   rested = false
        case rest: rested = true
        }
    }
}

system Factory {
    boss   Boss
    worker Worker
    connect Work(a = boss.w, b = worker.w)
    eventually !worker.rested => worker.rested
}
`},
		Explanation{Vacuous, "nothing is ever owed", `The system says "eventually P => Q", and no run ever reaches P: the line holds, and says nothing. Either P is misspelt, or the system cannot do
what it is meant to be tested for.`,
			`package p

protocol Work(a, b) { loop { a -> b: Job() } }

component Boss(w Work.a) { loop { w <- Job() } }

component Worker(w Work.b) {
    var tired bool
    loop { Job() <- w }
}

system Factory {
    boss   Boss
    worker Worker
    connect Work(a = boss.w, b = worker.w)
    eventually worker.tired => !worker.tired
}
`},
		Explanation{CapacityExcess, "a capacity that no run uses", `A queue is declared with room for more messages than any run of any system here puts into it. The stub allocates that room. Declare what is
used; the verdict lists how full each queue was.`,
			`package p

protocol Ping(a, b) capacity 3 {
    a -> b: Ask()
    b -> a: Answer()
}

component Client(p Ping.a) {
    p <- Ask()
    Answer() <- p
}

component Server(p Ping.b) {
    Ask() <- p
    p <- Answer()
}

system Roomy {
    client Client
    server Server
    connect Ping(a = client.p, b = server.p)
}
`},
		Explanation{NoCapacity, "no capacity holds", `"capacity ?" asks for the least capacity at which the system holds. None that was tried does: what is wrong is not a lack of room. The
counterexample is that at capacity 1.`,
			`package p

protocol Ping(a, b) capacity ? {
    a -> b: Ask()
    b -> a: Answer()
}

// Each asks first and answers only afterwards.
component Peer(mine Ping.a, other Ping.b) {
    mine <- Ask()
    Answer() <- mine
    Ask() <- other
    other <- Answer()
}

system Crossed {
    one Peer
    two Peer
    connect Ping(a = one.mine, b = two.other)
    connect Ping(a = two.mine, b = one.other)
}
`},
	)
}

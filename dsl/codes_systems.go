package dsl

// The codes of systems.
const (
	SystemName         Code = "PO0401"
	SystemTwice        Code = "PO0402"
	SystemNumber       Code = "PO0403"
	InstanceArgument   Code = "PO0404"
	EndUnconnected     Code = "PO0405"
	EndConnectedTwice  Code = "PO0406"
	ConnectWrong       Code = "PO0407" // an end of another protocol or role
	SystemIndex        Code = "PO0408"
	ConnectRoles       Code = "PO0409"
	LimitMissing       Code = "PO0410"
	PropertyUnknown    Code = "PO0411"
	PropertyExpression Code = "PO0412"
	InstanceUnused     Code = "PO0413"
	PartOfItself       Code = "PO0414"
	LimitWrong         Code = "PO0415"
	ExpectWrong        Code = "PO0416"
)

// askers are the components of the examples.
const askers = asking + `component Client(c Ask.client) {
    c <- Question(1)
    Answer() <- c
    c <- Bye()
}

component Server(c [n]Ask.server, n size) {
    loop {
        choose {
        option Question(_) <- c[i]:
            c[i] <- Answer()
        option Bye() <- c[i]:
            if empty(c) { end }
        }
    }
}

`

func init() {
	register(
		Explanation{SystemName, "a system has nothing of that name", `An end is written instance.end; the instance, and the parameter of its component, must be there.`, askers + `system S {
    server Server(n = 1)
    client Client
    connect Ask(client = clients.c, server = server.c[0])
}
`},
		Explanation{SystemTwice, "declared twice", `Parameters, instances, parts, exports, limits and checks are given once.`, askers + `system S {
    server Server(n = 1)
    client Client
    client Client
    connect Ask(client = client.c, server = server.c[0])
}
`},
		Explanation{SystemNumber, "a number that is out of bounds", `Arrays of instances have at least one; limits are at least 1.`, askers + `system S {
    param n check 0
    server Server(n = 1)
    client [n]Client
    connect Ask(client = client[0].c, server = server.c[0])
}
`},
		Explanation{InstanceArgument, "an argument is missing or wrong", `An instance is given values for the finite parameters of its component, and sizes. A size that is not given takes the value of the
parameter of the system that has its name. Ends are not given but connected.`, askers + `system S {
    server Server
    client Client
    connect Ask(client = client.c, server = server.c[0])
}
`},
		Explanation{EndUnconnected, "an end that nobody is connected to", `Each end that a component asks for is connected to the other roles of its session, or exported to whoever uses the system.`, askers + `system S {
    server Server(n = 2)
    client Client
    connect Ask(client = client.c, server = server.c[0])
}
`},
		Explanation{EndConnectedTwice, "an end is connected twice", `Each role of a session is held by exactly one component, and each end belongs to one session.`, askers + `system S {
    server Server(n = 2)
    client Client
    connect Ask(client = client.c, server = server.c[0])
    connect Ask(client = client.c, server = server.c[1])
}
`},
		Explanation{ConnectWrong, "an end of another protocol or role", `A connect gives each role of one protocol its holder: the end must be declared with that protocol and that role.`, askers + `system S {
    server Server(n = 1)
    client Client
    connect Ask(client = server.c[0], server = client.c)
}
`},
		Explanation{SystemIndex, "an index out of range", `Instances and the members of arrays of ends are numbered from 0 on.`, askers + `system S {
    server Server(n = 1)
    client Client
    connect Ask(client = client.c, server = server.c[1])
}
`},
		Explanation{ConnectRoles, "the roles of a connect", `A connect names each role of the protocol once, and one end for each.`, askers + `system S {
    server Server(n = 1)
    client Client
    connect Ask(client = client.c)
}
`},
		Explanation{LimitMissing, "nothing limits how many live at once", `new and start make sessions and instances while the system runs. The checker needs to know how many may live at once; a further one
waits. The verdict holds up to that limit, and says so.`, askers + `component Boot() {
    new Ask as s
    start Client(s.client)
    Bye() <- s.server
}

system S {
    boot Boot
}
`},
		Explanation{PropertyUnknown, "there is no such property", `The properties that can be asked for are deadlock, reception, orphan, leak, dead, progress and starvation.`, askers + `system S {
    server Server(n = 1)
    client Client
    connect Ask(client = client.c, server = server.c[0])
    check deadlocks
}
`},
		Explanation{PropertyExpression, "a property that cannot be evaluated", `Properties speak of variables of instances (app[0].x), of points where they stand (app[0] at waiting) and of how many members
their sets have (count(fs.open)).`, askers + `system S {
    server Server(n = 1)
    client Client
    connect Ask(client = client.c, server = server.c[0])
    always client.x == 1
}
`},
		Explanation{InstanceUnused, "an instance that is not connected to anything", `A component that holds no end and makes no session cannot be noticed by anybody.`, `package example

component Nothing() {
    decide {
    case a:
    case b:
    }
}

system S {
    nothing Nothing
}
`},
		Explanation{PartOfItself, "a system uses itself", `The parts of a system are other systems.`, `package example

system S {
    use part S
}
`},
		Explanation{LimitWrong, "a limit of nothing", `A limit bounds the live sessions of a protocol that some component makes by new, or the live instances of a component that one
starts. This one bounds nothing.`, askers + `system S {
    server Server(n = 1)
    client Client
    connect Ask(client = client.c, server = server.c[0])
    limit Ask 3
}
`},
		Explanation{ExpectWrong, "an expectation that is no verdict", `A system expects ok, a property (deadlock, reception, …) or a code of a verdict (PO2001).`, askers + `system S {
    server Server(n = 1)
    client Client
    connect Ask(client = client.c, server = server.c[0])
    expect trouble
}
`},
	)
}

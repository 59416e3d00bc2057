package dsl

// The codes of components: lowering, then conformance from PO0330 on.
const (
	ComponentName        Code = "PO0301" // a name that means nothing here, or something else than its place needs
	ComponentTwice       Code = "PO0302"
	ValueType            Code = "PO0303"
	EndMisplaced         Code = "PO0304" // an end where a value is needed, or the other way round
	MessageUnknown       Code = "PO0305"
	ArgumentCount        Code = "PO0306"
	EndWrong             Code = "PO0307" // an end of another protocol or role
	OptionWrong          Code = "PO0308"
	SubRecursive         Code = "PO0309"
	StatementUnreachable Code = "PO0310"
	ResultMissing        Code = "PO0311"
	LoopEndless          Code = "PO0312"
	LeaveMisplaced       Code = "PO0313"
	BoundWrong           Code = "PO0314"
	IndexOutside         Code = "PO0315"
	VariableType         Code = "PO0316"
	StartWrong           Code = "PO0317"
	ResultUnknown        Code = "PO0318"
	DeclarationWrong     Code = "PO0319"
	ForLeft              Code = "PO0320" // a warning
	SendForbidden        Code = "PO0330"
	ReceiveForbidden     Code = "PO0331"
	OfferIncomplete      Code = "PO0332"
	EndStillHeld         Code = "PO0333"
	EndMissing           Code = "PO0334"
	EndOverwritten       Code = "PO0335"
	EndElsewhere         Code = "PO0336" // the right end at the wrong state
	DecideImpossible     Code = "PO0337"
	EndDropped           Code = "PO0338"
	ConformUndecided     Code = "PO0339"
)

// asking is the protocol of the examples.
const asking = `package example

protocol Ask(client, server) {
    loop rest {
        choose client {
        option client -> server: Question(n range 0..3)
            at owed:
            server -> client: Answer()
        option client -> server: Bye()
            end
        }
    }
}

`

func init() {
	register(
		Explanation{ComponentName, "a name that means nothing here", `Every name in a component is a parameter, a variable, a constant, a name that a receive, new, start, add, for or
decide has bound, or an enum case where the enum is known. Look for a misspelling, or for a name whose block is over.`, asking + `component Client(c Ask.client) {
    d <- Bye()
}
`},
		Explanation{ComponentTwice, "a name is declared twice", `A name of a component has one meaning. Only names that receives bind may be bound anew.`, asking + `component Client(c Ask.client) {
    var c bool
    c <- Bye()
}
`},
		Explanation{ValueType, "a value of another type", `Guards are bools; comparisons are between values of one kind; a field takes values of its type. Data that is not finite
is carried but cannot be looked at by the model.`, asking + `component Client(c Ask.client) {
    var done bool
    c <- Question(done)
    Answer() <- c
    c <- Bye()
}
`},
		Explanation{EndMisplaced, "an end is no value, and a value is no end", `Ends are sent over, received from, handed on, added and abandoned. They cannot be compared, and variables cannot be sent to.`, asking + `component Client(c Ask.client) {
    var x bool
    x <- Bye()
    c <- Bye()
}
`},
		Explanation{MessageUnknown, "the protocol has no such message, role or point", `What a component sends and receives are the messages of the protocol of that end, in the direction that its role has them.`, asking + `component Client(c Ask.client) {
    c <- Answer()
}
`},
		Explanation{ArgumentCount, "too many or too few", `A message is sent and received with all its fields: use _ for one that does not matter. Subs and components take all their parameters.`, asking + `component Client(c Ask.client) {
    c <- Question()
    Answer() <- c
    c <- Bye()
}
`},
		Explanation{EndWrong, "an end of another protocol or role", `Where an end is expected, it is one of that protocol and that role. An end that is received must be taken: _ would lose it.`, asking + `protocol Give(from, to) { from -> to: Take(what Ask.client) }

component Giver(g Give.from, c Ask.server) {
    g <- Take(c)
}
`},
		Explanation{OptionWrong, "a choose or decide that makes no sense", `An option waits for something. At most one else and one timeout stand in a choose, and not both: with an else it never waits.
Where a protocol has more than two roles, the other role is named when it is not clear.`, asking + `component Client(c Ask.client) {
    choose {
    option timeout:
    option else:
    }
    c <- Bye()
}
`},
		Explanation{SubRecursive, "a sub calls itself", `Subs are inlined for the checker, so that they have no depth that it would have to bound. Use a loop.`, asking + `component Client(c Ask.client) {
    sub again(c) { c <- Question(1)  Answer() <- c  again(c) }
    again(c)
    c <- Bye()
}
`},
		Explanation{StatementUnreachable, "this is never reached", `Control leaves before it gets here: by end, break, continue, return, or because a loop has no break. A handler of "on gone" is
never reached if nothing in its block waits on that end.`, asking + `component Client(c Ask.client) {
    c <- Bye()
    end
    c <- Bye()
}
`},
		Explanation{ResultMissing, "a sub ends without its result", `If one return of a sub has a result, each has one, and the sub does not fall off its end.`, asking + `component Client(c Ask.client) {
    sub ask(c) {
        decide {
        case yes: return fine
        case no:
        }
    }
    if ask(c) == fine { c <- Question(1)  Answer() <- c }
    c <- Bye()
}
`},
		Explanation{LoopEndless, "a loop that never waits", `A loop that can go round without a send, a receive, a choose or a decide would keep its thread busy for ever and the system would
stand still inside it.`, asking + `component Client(c Ask.client) {
    var x bool
    loop {
        if x { break }
    }
    c <- Bye()
}
`},
		Explanation{LeaveMisplaced, "break, continue or return out of place", `break and continue stand in a loop (of that name), return stands in a sub. A component ends with end.`, asking + `component Client(c Ask.client) {
    c <- Bye()
    return
}
`},
		Explanation{BoundWrong, "a number that must be known, or is out of bounds", `Sizes, bounds of loops and initial values are constants: numbers, constants, sizes, and what + - * % make of them.`, asking + `component Client(c Ask.client) {
    loop upto 0 {
        c <- Question(1)
        Answer() <- c
    }
    c <- Bye()
}
`},
		Explanation{IndexOutside, "an index outside its array or set", `Members are numbered from 0 on. An index that is not constant is checked by the checker, as property assert.`, asking + `component Server(c [2]Ask.server) {
    Bye() <- c[2]
}
`},
		Explanation{VariableType, "a type that no variable can have", `Model variables are bools, enums, ranges and small arrays of them: the checker keeps them in its state. Other data lives in the
Go code of the component. Sets are variables and never parameters.`, asking + `component Client(c Ask.client) {
    var total uint64
    c <- Bye()
}
`},
		Explanation{StartWrong, "this component cannot be started", `External components are there from the start. A component that takes an array of ends is connected in a system and cannot be started.`, asking + `external component Host(c Ask.server) {
    Bye() <- c
}

component Client() {
    new Ask as c
    start Host(c.server)
    c.client <- Bye()
}
`},
		Explanation{ResultUnknown, "a result that the sub never returns", `The result of a sub is one of the names after its returns. It can be compared with == and !=, or be switched on.`, asking + `component Client(c Ask.client) {
    sub ask(c) { c <- Question(1)  Answer() <- c  return fine }
    if ask(c) == ok { c <- Bye() } else { c <- Bye() }
}
`},
		Explanation{DeclarationWrong, "what this refers to is itself wrong", `The name is declared, but its declaration has errors, which are reported where it stands. Mend those first.`, `package example

protocol Broken(a, b) {
    choose a {
    option a -> b: M()
    option b -> a: N()
    }
}

component A() {
    new Broken as c
}
`},
		Explanation{ForLeft, "a for is left half done", `After the handler of an "on gone" its block is over. If the block holds a for over the same ends, the members that come
after the one that is gone are not visited. Write the "on gone" inside the for, or the gone option at the send or receive itself; if leaving is what
is meant, end the handler with break, continue or end.`, asking + `component Server(a Ask.server, b Ask.server) {
    var clients set[2] of Ask.server at {rest, owed}
    clients add a
    clients add b
    loop {
        Question(_) <- clients[_ at rest]
        on gone clients[lost] {} in {
            for i in clients at owed {
                clients[i] <- Answer()
            }
        }
    }
}
`},
		Explanation{SendForbidden, "the protocol does not allow to send this here", `At each point of a protocol a role may send certain messages. The component got here in a way that leaves the end at a point
where this is none of them; the notes say where it stands and how it got there.`, asking + `component Client(c Ask.client) {
    c <- Question(1)
    c <- Question(2)
    Answer() <- c
    Answer() <- c
    c <- Bye()
}
`},
		Explanation{ReceiveForbidden, "the protocol does not let this come here", `At the point where the end stands, this message cannot arrive: waiting for it would be waiting for ever.`, asking + `component Client(c Ask.client) {
    Answer() <- c
    c <- Bye()
}
`},
		Explanation{OfferIncomplete, "a message that may come is not offered", `The other side decides what it sends. Where a component waits on an end it offers every message that may come from there at that
point, or none and waits for something else.`, asking + `component Server(c Ask.server) {
    loop {
        Question(n) <- c
        c <- Answer()
    }
}
`},
		Explanation{EndStillHeld, "a component ends and still holds an end", `The session goes on without anybody at this side. Bring it to its end, hand the end to somebody, or abandon it.`, asking + `component Client(c Ask.client) {
    c <- Question(1)
    Answer() <- c
}
`},
		Explanation{EndMissing, "no end is held here", `The variable has not been filled, or its end has been sent away, handed to a started component, added to a set, or abandoned.`, asking + `component Client(c Ask.client) {
    abandon c
    c <- Bye()
}
`},
		Explanation{EndOverwritten, "an end is lost by filling its place anew", `A place for an end holds one. While its session goes on, it cannot take another: the first would be lost, and its peer would wait.`, asking + `protocol Give(from, to) {
    loop rest {
        choose from {
        option from -> to: Take(what Ask.client)
        option from -> to: Over()
            end
        }
    }
}

component Taker(g Give.to) {
    var c Ask.client
    loop {
        choose {
        option Take(c) <- g:
        option Over() <- g:
            end
        }
    }
}
`},
		Explanation{EndElsewhere, "the end stands at another point", `An end that is handed on stands where the field, parameter or set expects it: at the start of its protocol if nothing is said.`, asking + `protocol Give(from, to) { from -> to: Take(what Ask.client) }

component Giver(g Give.from, c Ask.client) {
    c <- Question(1)
    g <- Take(c)
}
`},
		Explanation{DecideImpossible, "a decide without a possible case", `The conditions of all cases may be false at once. Give one case no condition.`, asking + `component Client(c Ask.client) {
    var x range 0..3
    decide {
    case less when x < 0:
    case more when x > 0:
    }
    c <- Bye()
}
`},
		Explanation{EndDropped, "an end is dropped", `A name that a receive, new or start has bound goes out of scope, its session goes on, and nothing can use it any more.`, asking + `component Client(d Ask.client) {
    new Ask as c
    start Server(c.server)
    d <- Bye()
}

component Server(c Ask.server) {
    Bye() <- c
}
`},
		Explanation{ConformUndecided, "too large to decide", `Whether a component follows its protocols is decided on the product of its control, the variables that conditions depend on, and the
local states of one end. This one has more than 200,000 configurations. Make ranges smaller.`, asking + `component Server(c Ask.server) {
    var x range 0..400
    var y range 0..400
    loop {
        choose {
        option Question(_) <- c:
            y = x
            if x == y { c <- Answer() }
        option Bye() <- c:
            end
        option when x < 400 && y < 400: timeout:
            x = x + 1
        }
        decide {
        case same:
        case next:
            y = (y + 1) % 401
        }
    }
}
`},
	)
}

package dsl

// The codes of protocols: global types, projection and implementability.
const (
	RoleTwice          Code = "PO0201"
	RoleUnknown        Code = "PO0202"
	RoleToItself       Code = "PO0203"
	ChoiceMixed        Code = "PO0204" // an option is sent by a role that does not choose
	LabelFields        Code = "PO0205" // one label, different fields
	ChoiceEmpty        Code = "PO0206"
	CapacityWrong      Code = "PO0207"
	JumpTarget         Code = "PO0208"
	LoopUnguarded      Code = "PO0209"
	StepUnreachable    Code = "PO0210"
	DoNotTail          Code = "PO0211"
	DoWrong            Code = "PO0212"
	ParShared          Code = "PO0213"
	LoopName           Code = "PO0214"
	RoleSilent         Code = "PO0215"
	RoleBlocks         Code = "PO0216"
	RoleBlockStep      Code = "PO0217"
	RoleBlockAmbiguous Code = "PO0218"
	ChoiceAmbiguous    Code = "PO0219" // the same message leads to continuations that do not go together
	SendUnknowable     Code = "PO0220"
	ReceiveUnknowable  Code = "PO0221"
	EndUnknowable      Code = "PO0222"
	ProtocolTooLarge   Code = "PO0223"
	ProtocolEmpty      Code = "PO0224"
	CapacityUnused     Code = "PO0225"
)

func init() {
	register(
		Explanation{RoleTwice, "a role twice",
			"The roles of a protocol have different names.",
			"package p\n\nprotocol P(a, b, a) { a -> b: M() }\n"},
		Explanation{RoleUnknown, "an unknown role",
			"The roles that take part are listed after the protocol's name, and a choose of a global type says which of them chooses. In a do, the sub-protocol's roles are played by those.",
			"package p\n\nprotocol P(a, b) {\n    a -> c: M()\n}\n"},
		Explanation{RoleToItself, "a message to oneself",
			"A role sends to another one: there is no queue from a role to itself. What a role does on its own is not part of a protocol.",
			"package p\n\nprotocol P(a, b) {\n    a -> a: M()\n}\n"},
		Explanation{ChoiceMixed, "a mixed choice",
			"In a choose one role decides, and so every option starts with a message that it sends. If two roles could each start, both might, before they hear of each other: their messages cross, and each holds the other to its own choice. Give each direction a branch of a par (they use different queues and do not disturb each other), or let one role choose and ask the other first.",
			"package p\n\nprotocol P(a, b) {\n    choose a {\n    option a -> b: Go()\n    option b -> a: Stop()\n    }\n}\n"},
		Explanation{LabelFields, "one label with different fields",
			"A label has the same fields wherever it stands in one protocol, so that a message can be read without knowing where the protocol stands. Use two labels.",
			"package p\n\nprotocol P(a, b) {\n    a -> b: M(n uint64)\n    b -> a: M(n string)\n}\n"},
		Explanation{ChoiceEmpty, "a choose without options",
			"Nobody can choose among nothing.",
			"package p\n\nprotocol P(a, b) {\n    choose a { }\n}\n"},
		Explanation{CapacityWrong, "a wrong capacity",
			"A capacity is the number of messages that the queue from one role to another holds: 0 for rendezvous, or a small number, or ? to have it found. For single directions it is written capacity 2 a -> b, 1 b -> a, each direction once.",
			"package p\n\nprotocol P(a, b) capacity 0 - 1 { a -> b: M() }\n"},
		Explanation{JumpTarget, "a jump to nowhere",
			"continue and break go to a loop that they stand in, the innermost if none is named; they do not leave a branch of a par. goto goes to a point, and only in the block of a role.",
			"package p\n\nprotocol P(a, b) {\n    loop {\n        a -> b: M()\n        break outer\n    }\n}\n"},
		Explanation{LoopUnguarded, "a loop without a message",
			"On some way through this loop no message is sent, so it could go round for ever without anything happening.",
			"package p\n\nprotocol P(a, b) {\n    loop {\n        loop { break }\n    }\n}\n"},
		Explanation{StepUnreachable, "an unreachable step",
			"No run reaches this step: what stands before it never falls through. After a loop without break, a par, or a choose whose options all leave, nothing follows.",
			"package p\n\nprotocol P(a, b) {\n    loop { a -> b: M() }\n    a -> b: N()\n}\n"},
		Explanation{DoNotTail, "a protocol that does itself in the middle",
			"A protocol may do itself as its last step; that is a loop. Anywhere else it would have to remember how often it did, which no finite machine can. Use a loop, or a session of its own for the inner part.",
			"package p\n\nprotocol P(a, b) {\n    choose a {\n    option a -> b: Open()\n        do P(a, b)\n        b -> a: Closed()\n    option a -> b: Close()\n    }\n}\n"},
		Explanation{DoWrong, "a wrong do",
			"A do names a protocol with a global type and gives each of its roles a different role of this protocol.",
			"package p\n\nprotocol Q(x, y) { x -> y: N() }\n\nprotocol P(a, b) { do Q(a) }\n"},
		Explanation{ParShared, "branches of a par that share a queue",
			"The branches of a par run side by side. Between two roles there is one queue in each direction; if two branches used it, the receiver could not tell for which branch the message at its head is. Let the branches use different directions or different roles.",
			"package p\n\nprotocol P(a, b) {\n    par { a -> b: M() } and { a -> b: N() }\n}\n"},
		Explanation{LoopName, "nested loops of one name",
			"break and continue could mean either.",
			"package p\n\nprotocol P(a, b) {\n    loop l { loop l { a -> b: M() } }\n}\n"},
		Explanation{RoleSilent, "a role without a part",
			"No message comes from or goes to this role. This is a warning: a component would hold an end with which it can do nothing.",
			"package p\n\nprotocol P(a, b, c) {\n    a -> b: M()\n}\n"},
		Explanation{RoleBlocks, "role blocks that do not fit the roles",
			"A protocol given role by role has one block for each of its roles.",
			"package p\n\nprotocol P(a, b) {\n    role a { a -> b: M() }\n}\n"},
		Explanation{RoleBlockStep, "a step that is not of this block",
			"The block of a role holds what that role sends and receives. Its choose names no role, and it cannot do a protocol of several roles.",
			"package p\n\nprotocol P(a, b, c) {\n    role a { b -> c: M() }\n    role b { b -> c: M() }\n    role c { b -> c: M() }\n}\n"},
		Explanation{RoleBlockAmbiguous, "a role block with two ways",
			"A local type is deterministic: a message sent or received leads to one place. Name each point once, and give the two options different labels.",
			"package p\n\nprotocol P(a, b) {\n    role a {\n        choose {\n        option a -> b: M()\n            b -> a: X()\n        option a -> b: M()\n            b -> a: Y()\n        }\n    }\n    role b { a -> b: M() b -> a: X() }\n}\n"},
		Explanation{ChoiceAmbiguous, "one message, several ways to go on",
			"Two options start with the same message, and after it different roles would go on, or the session might be over. Nobody but the sender of that message knows which option was meant. Give the options different labels.",
			"package p\n\nprotocol P(a, b) {\n    choose a {\n    option a -> b: M()\n        b -> a: X()\n    option a -> b: M()\n        a -> b: Y()\n    }\n}\n"},
		Explanation{SendUnknowable, "a role that cannot know what to send",
			"Two runs look alike to this role, and only one of them lets it send this message. It would have to guess. Tell the role which way was taken, with a message of its own on each way, before it has to send. The two ways are shown where they part.",
			"package p\n\nprotocol P(a, b, c) {\n    choose a {\n    option a -> b: Left()\n        c -> b: X()\n    option a -> b: Right()\n        c -> b: Y()\n    }\n}\n"},
		Explanation{ReceiveUnknowable, "a role that cannot tell two ways apart",
			"This role finds out which way was taken by what it receives first; but on the other way the same message can be there before the one that should tell it so, because the two come through different queues. Send it a message from the same role on both ways.",
			"package p\n\nprotocol P(a, b, c) {\n    choose a {\n    option a -> b: Left()\n        b -> c: X()\n    option a -> c: Right()\n        a -> b: More()\n        b -> c: X()\n    }\n}\n"},
		Explanation{EndUnknowable, "a role that cannot know whether it is over",
			"On one way this role still receives a message, on the other nothing more comes for it, and the two look alike to it. It could neither leave nor wait. Send it a last message on every way.",
			"package p\n\nprotocol P(a, b, c) {\n    choose a {\n    option a -> b: Left()\n        b -> c: X()\n    option a -> b: Right()\n    }\n}\n"},
		Explanation{ProtocolTooLarge, "a protocol too large",
			"The branches of a par multiply each other's states, a do adds those of its protocol, and there is a limit to what is still checked in no time. Split the protocol into sessions of their own.",
			"package p\n\nprotocol P(a, b, c, d, e, f) {\n    par { a -> b: M() a -> b: M() a -> b: M() a -> b: M() a -> b: M() a -> b: M() a -> b: M() }\n    and { b -> c: M() b -> c: M() b -> c: M() b -> c: M() b -> c: M() b -> c: M() b -> c: M() }\n    and { c -> d: M() c -> d: M() c -> d: M() c -> d: M() c -> d: M() c -> d: M() c -> d: M() }\n    and { d -> e: M() d -> e: M() d -> e: M() d -> e: M() d -> e: M() d -> e: M() d -> e: M() }\n    and { e -> f: M() e -> f: M() e -> f: M() e -> f: M() e -> f: M() e -> f: M() e -> f: M() }\n    and { f -> a: M() f -> a: M() f -> a: M() f -> a: M() f -> a: M() f -> a: M() f -> a: M() }\n}\n"},
		Explanation{ProtocolEmpty, "a protocol without messages",
			"A protocol says who sends what to whom. There is nothing to say here.",
			"package p\n\nprotocol P(a, b) { end }\n"},
		Explanation{CapacityUnused, "a capacity of an unused direction",
			"No message goes in this direction, so its queue does not exist. This is a warning.",
			"package p\n\nprotocol P(a, b) capacity 2 b -> a { a -> b: M() }\n"},
	)
}

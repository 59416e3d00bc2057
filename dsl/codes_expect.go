package dsl

// ExpectMissed is the code of a verdict or a diagnostic that the source announces and that does not come.
const ExpectMissed Code = "PO2101"

func init() {
	register(Explanation{
		Code:  ExpectMissed,
		Title: "an announced failure that does not come",
		Text: `A system with "expect deadlock" (or another property or code), and a package with "expect CODE" at its top, are examples that must fail in ` +
			`that way. This one does not fail, or fails in another way. Either the example no longer shows what it is there to show, or what it ` +
			`announces is wrong: repair it, or take the expect away.`,
		Example: `package ping

protocol Ping(client, server) {
    client -> server: Hello()
    server -> client: Hello2()
}

component Client(s Ping.client) {
    s <- Hello()
    Hello2() <- s
}

component Server(c Ping.server) {
    Hello() <- c
    c <- Hello2()
}

system Pair {
    c Client
    s Server
    connect Ping(client = c.s, server = s.c)
    expect deadlock
}
`,
	})
}

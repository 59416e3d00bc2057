package dsl

// The codes of packages, imports, names, types and constants.
const (
	PackageClause   Code = "PO0101" // the files of a folder disagree about their package
	ImportMissing   Code = "PO0102"
	ImportCycle     Code = "PO0103"
	ImportUnused    Code = "PO0104"
	ImportTwice     Code = "PO0105"
	ImportPath      Code = "PO0106"
	NameTwice       Code = "PO0110"
	NameUnknown     Code = "PO0111"
	PackageUnknown  Code = "PO0112" // a qualifier that no import of the file declares
	NameKind        Code = "PO0113" // a name of another kind than its place needs
	NameReserved    Code = "PO0114"
	ConstOverflow   Code = "PO0120"
	ConstDivision   Code = "PO0121"
	ConstNot        Code = "PO0122" // not a constant expression
	ConstCycle      Code = "PO0123"
	EnumEmpty       Code = "PO0130"
	CaseTwice       Code = "PO0131"
	FieldTwice      Code = "PO0132"
	RangeEmpty      Code = "PO0133"
	TypeTooLarge    Code = "PO0134"
	MaxMissing      Code = "PO0135"
	LengthWrong     Code = "PO0136"
	TypeCycle       Code = "PO0137"
	TypeMisplaced   Code = "PO0138"
	MaxMisplaced    Code = "PO0139"
	EndRoleUnknown  Code = "PO0140"
	EndPointUnknown Code = "PO0141"
)

func init() {
	register(
		Explanation{PackageClause, "files of one folder with different packages",
			"A folder of .chan files is one package, and the Go stubs generated beside it are one Go package. So all its files start with the same package clause. Move one of them to a folder of its own, or correct the clause.",
			"-- p/one.chan --\npackage one\n-- p/two.chan --\npackage two\n"},
		Explanation{ImportMissing, "an import of nothing",
			"An import names a folder below the module root (the nearest folder upward with a go.mod) that holds .chan files. There are none in this one: look at the spelling and at where the path starts.",
			"package p\n\nimport \"protocols/nowhere\"\n\nconst n = nowhere.size\n"},
		Explanation{ImportCycle, "packages that import each other",
			"A package is resolved after those that it imports, so imports form no cycle. Move what both need into a third package, which both import.",
			"-- a/a.chan --\npackage a\n\nimport \"b\"\n\nconst x = b.y\n-- b/b.chan --\npackage b\n\nimport \"a\"\n\nconst y = a.x\n"},
		Explanation{ImportUnused, "an unused import",
			"No name in this file goes through the import. Remove it. This is a warning: what is checked does not change.",
			"-- a/a.chan --\npackage a\n\nconst x = 1\n-- b/b.chan --\npackage b\n\nimport \"a\"\n"},
		Explanation{ImportTwice, "two imports of one name",
			"Two imports of this file are called the same, so a qualified name would be ambiguous. Give one of them another name: import other \"path\".",
			"-- a/n/n.chan --\npackage n\n\nconst x = 1\n-- b/n/n.chan --\npackage n\n\nconst x = 2\n-- c/c.chan --\npackage c\n\nimport \"a/n\"\nimport \"b/n\"\n\nconst y = n.x\n"},
		Explanation{ImportPath, "an import path that is none",
			"An import path is written from the module root on, with slashes, without . and .. parts, and does not start with a slash.",
			"package p\n\nimport \"../errno\"\n"},
		Explanation{NameTwice, "a name declared twice",
			"Constants, types, protocols, components and systems of one package share one space of names, over all files of its folder. Rename one of the two.",
			"package p\n\nconst Size = 4\n\nenum Size { small, large }\n"},
		Explanation{NameUnknown, "an unknown name",
			"Nothing of this name is declared in the package. A name of another package is written with its qualifier, errno.Errno, and its package is imported by each file that uses it.",
			"package p\n\nstruct Reply { code Errnoo }\n\nenum Errno { ok, failed }\n"},
		Explanation{PackageUnknown, "an unknown package",
			"The name before the dot is no import of this file. Imports belong to files: another file of the same package may have it and this one not.",
			"package p\n\nstruct Reply { code errno.Errno }\n"},
		Explanation{NameKind, "a name of the wrong kind",
			"The name is declared, but as something else than what is needed here: a protocol where a type is needed, a type where a number is needed. The end of a channel is written with its role: File.client.",
			"package p\n\nprotocol Ping(a, b) { a -> b: Hello() }\n\nstruct Reply { to Ping }\n"},
		Explanation{NameReserved, "a name of the language",
			"bool, string, size and the other names of types, true and false belong to the language and are not declared again.",
			"package p\n\nenum bool { no, yes }\n"},
		Explanation{ConstOverflow, "a number that does not fit",
			"Constants are integers of 64 bits, and arithmetic on them is checked: nothing wraps round.",
			"package p\n\nconst huge = 9223372036854775807 + 1\n"},
		Explanation{ConstDivision, "a remainder by zero",
			"The right side of % is zero.",
			"package p\n\nconst n = 7 % (3 - 3)\n"},
		Explanation{ConstNot, "not a constant number",
			"Lengths, bounds, capacities and constants are numbers known before anything runs: literals, constants, + - * and %. A size parameter counts only inside its component.",
			"package p\n\nconst n = 3 < 4\n"},
		Explanation{ConstCycle, "a constant that needs itself",
			"To know this constant one has to know it already. Give one of those on the way a number.",
			"package p\n\nconst a = b + 1\nconst b = a + 1\n"},
		Explanation{EnumEmpty, "an enum without cases",
			"An enum without cases has no values: no message could carry it.",
			"package p\n\nenum Errno { }\n"},
		Explanation{CaseTwice, "a case twice",
			"The cases of one enum have different names.",
			"package p\n\nenum Errno { ok, failed, ok }\n"},
		Explanation{FieldTwice, "a field twice",
			"The fields of one message or struct have different names.",
			"package p\n\nstruct Block { lba uint64 lba uint64 }\n"},
		Explanation{RangeEmpty, "a range without values",
			"A range lo..hi holds both its ends and all between them; this one has its ends the wrong way round.",
			"package p\n\ntype Count range 8..1\n"},
		Explanation{TypeTooLarge, "a type too large to follow",
			"A bool, enum or range is followed by the checker: each value is a state of its own. A number with so many values is data that nobody should decide on: make it an int64 or uint64, which is carried unseen, or narrow the range.",
			"package p\n\ntype Offset range 0..1000000\n"},
		Explanation{MaxMissing, "bytes without a maximum",
			"Whoever receives bytes or a slice has to have room for it, so its type says how much that is: bytes max 4096.",
			"package p\n\nstruct Block { data bytes }\n"},
		Explanation{LengthWrong, "a length that is none",
			"A length or maximum is a number from 1 on, of a size that a machine can hold.",
			"package p\n\nstruct Block { data bytes max 0 }\n"},
		Explanation{TypeCycle, "a type that contains itself",
			"A value of this type would contain a value of the same type, and so on without end. Carry the inner one in a message of its own.",
			"package p\n\nstruct Tree { left Tree }\n"},
		Explanation{TypeMisplaced, "a type in the wrong place",
			"Sets and tuples of ends are for vars of a component; sizes for its parameters; handles for its vars. A struct or slice is data and carries no ends: an end is a field of a message, so that each transfer can be seen.",
			"package p\n\nprotocol Ping(a, b) { a -> b: Hello(n size) }\n"},
		Explanation{MaxMisplaced, "a maximum that says nothing",
			"Only bytes, string and slices vary in length. The others have the size that they have.",
			"package p\n\nstruct Block { lba uint64 max 8 }\n"},
		Explanation{EndRoleUnknown, "an end of an unknown role",
			"The end of a channel is written Protocol.role with a role of that protocol.",
			"package p\n\nprotocol Ping(client, server) { client -> server: Hello() }\n\nprotocol Port(a, b) { a -> b: Attach(to Ping.sever) }\n"},
		Explanation{EndPointUnknown, "an end at an unknown point",
			"After at stand points of the protocol: the names of at and loop in its steps, or rest for a loop rest without a name. The role in question must be able to stand there.",
			"package p\n\nprotocol Ping(client, server) {\n    loop rest { client -> server: Hello() }\n}\n\nprotocol Port(a, b) { a -> b: Attach(to Ping.client at reset) }\n"},
	)
}

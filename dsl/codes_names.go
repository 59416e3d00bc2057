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

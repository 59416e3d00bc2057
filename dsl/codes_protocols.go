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

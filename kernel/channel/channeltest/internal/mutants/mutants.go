// Package mutants lists faults to plant in components and in their stubs.
// Each is a change of the text of one file; its test plants one after the
// other, and shows that channeltest finds it, makes it short, and passes
// once it is removed.
package mutants

// A Subject is a component that is correct: the folders that hold it and
// its stubs, below the root of the module, and a package Go can import.
type Subject struct {
	Name    string
	Folders map[string]string // folder → name of its copy
	Rename  map[string]string // package clauses that are changed, as those of tests
	Imports map[string]string // import paths → folder copied
}

// Subjects are what faults are planted in. A package "subject" declares
// Start, in a property_test.go if not elsewhere.
var Subjects = []Subject{
	{Name: "depot", Folders: map[string]string{"kernel/channel/channeltest/internal/depot": "subject"}, Rename: map[string]string{"package depot": "package subject"}},
	{Name: "clock", Folders: map[string]string{"protocols/clock": "clock", "kernel/clock": "server"}, Rename: map[string]string{"package clock_test": "package subject"},
		Imports: map[string]string{"github.com/protoc-os/protoc-os/protocols/clock": "clock", "github.com/protoc-os/protoc-os/kernel/clock": "server"}},
	{Name: "console", Folders: map[string]string{"kernel/console": "server"}, Rename: map[string]string{"package console_test": "package subject"},
		Imports: map[string]string{"github.com/protoc-os/protoc-os/kernel/console": "server"}},
	{Name: "memory", Folders: map[string]string{"kernel/memory": "server"}, Rename: map[string]string{"package memory_test": "package subject"},
		Imports: map[string]string{"github.com/protoc-os/protoc-os/kernel/memory": "server"}},
	{Name: "renamer", Folders: map[string]string{"kernel/renamer": "server"}, Rename: map[string]string{"package renamer_test": "package subject"},
		Imports: map[string]string{"github.com/protoc-os/protoc-os/kernel/renamer": "server"}},
	{Name: "process", Folders: map[string]string{"kernel/process": "server"}, Rename: map[string]string{"package process_test": "package subject"},
		Imports: map[string]string{"github.com/protoc-os/protoc-os/kernel/process": "server"}},
	{Name: "launch", Folders: map[string]string{"kernel/launch": "server"}, Rename: map[string]string{"package launch_test": "package subject"},
		Imports: map[string]string{"github.com/protoc-os/protoc-os/kernel/launch": "server"}},
	{Name: "cg", Folders: map[string]string{"kernel/cg": "server"}, Rename: map[string]string{"package cg_test": "package subject"},
		Imports: map[string]string{"github.com/protoc-os/protoc-os/kernel/cg": "server"}},
	{Name: "tree", Folders: map[string]string{"kernel/table": "server", "kernel/directory": "directory", "kernel/vnode": "vnode", "kernel/disk": "disk", "kernel/ram": "ram", "kernel/cg": "groups"},
		Rename: map[string]string{"package table_test": "package subject"},
		Imports: map[string]string{"github.com/protoc-os/protoc-os/kernel/table": "server", "github.com/protoc-os/protoc-os/kernel/directory": "directory",
			"github.com/protoc-os/protoc-os/kernel/vnode": "vnode", "github.com/protoc-os/protoc-os/kernel/disk": "disk", "github.com/protoc-os/protoc-os/kernel/ram": "ram",
			"github.com/protoc-os/protoc-os/kernel/cg": "groups"}},
	{Name: "names", Folders: map[string]string{"kernel/names": "server"}, Rename: map[string]string{"package names_test": "package subject"},
		Imports: map[string]string{"github.com/protoc-os/protoc-os/kernel/names": "server"}},
	{Name: "wordcount", Folders: map[string]string{"examples/wordcount/count": "count", "examples/wordcount": "subject"},
		Rename: map[string]string{"package main": "package subject"}, Imports: map[string]string{"example.org/wordcount/count": "count"}},
}

// A Mutant is one fault.
type Mutant struct {
	Name    string
	Subject string
	File    string // in the copied folders
	Old     string // occurs there
	New     string
	Nth     int // which occurrence, from 0 on
}

const (
	server  = "subject/server.go"
	depot   = "subject/depot_component.gen.go"
	clockGo = "server/clock.go"
	clockC  = "clock/clock_server_component.gen.go"
	words   = "subject/main.go"
	console = "server/console.go"
	memory  = "server/memory.go"
	renamer = "server/renamer.go"
	launch  = "server/launch.go"
	take    = "server/take.go"
	table   = "server/table.go"
	polling = "server/poll.go"
	process = "server/process.go"
)

// All are the faults.
var All = []Mutant{
	// Components.
	{"wrong reply: a value is another one", "depot", server, "SendClientsValue(v.values[o.Key])", "SendClientsValue(v.values[o.Key] | 1)", 0},
	{"wrong reply: the sum before adding", "depot", server, "SendClientsSum(v.values[o.Key])", "SendClientsSum(v.values[o.Key] - o.By)", 0},
	{"lost update: a put is not kept", "depot", server, "v.values[key] = value", "_ = value", 0},
	{"lost update: a second put of a key is not kept", "depot", server, "v.values[key] = value", "if v.values[key] == 0 {\n\tv.values[key] = value\n}", 0},
	{"lost update: an add is not kept", "depot", server, "v.values[o.Key] += o.By\n\t\treturn o.Next.SendClientsSum(v.values[o.Key])", "return o.Next.SendClientsSum(v.values[o.Key] + o.By)", 0},
	{"lost update: a put goes to the next key", "depot", server, "v.values[key] = value", "v.values[(key+1)%Keys] = value", 0},
	{"free map: the first block is never taken", "depot", server, "for n := 0; n < Blocks; n++", "for n := 1; n < Blocks; n++", 0},
	{"free map: the last block is never taken", "depot", server, "n < Blocks; n++", "n < Blocks-1; n++", 0},
	{"free map: a block is not marked", "depot", server, "v.used[n] = true", "v.used[n] = n != 1", 0},
	{"free map: a block is not given back", "depot", server, "v.used[o.N] = false", "_ = o.N", 0},
	{"free map: the block beside is given back", "depot", server, "v.used[o.N] = false", "v.used[(o.N+1)%Blocks] = false", 0},
	{"decide: some, though there is none", "depot", server, "none, err := s.None()\n\tif err != nil {\n\t\treturn DepotServing{}, err\n\t}\n\treturn none.SendClientsFull()", "some, err := s.Some()\n\tif err != nil {\n\t\treturn DepotServing{}, err\n\t}\n\treturn some.SendClientsBlock(0)", 0},
	{"decide: never hit", "depot", server, "v.bells[s.View().B()] != key", "v.bells[s.View().B()] != key || key >= 0", 0},
	{"decide: always hit", "depot", server, "v.bells[s.View().B()] != key", "v.bells[s.View().B()] < 0", 0},
	{"a bell remembers the key of another", "depot", server, "v.bells[added] = o.Key", "v.bells[len(v.bells)-1] = o.Key", 0},
	{"reordered writes: the numbers of the log", "depot", server, "intent.SendLogCommit(v.logged)", "intent.SendLogCommit(v.logged - 1)", 0},
	{"a number of the log is left out", "depot", server, "v.logged++", "v.logged++\n\tif o.Key == 3 {\n\t\tv.logged++\n\t}", 0},
	{"crash: on one key", "depot", server, "case *DepotServingAdd:", "case *DepotServingAdd:\n\t\tif o.Key == 2 {\n\t\t\tpanic(\"no such key\")\n\t\t}", 0},
	{"it ends when a client leaves", "depot", server, "case *DepotServingDetach:\n\t\treturn o.Next, nil", "case *DepotServingDetach:\n\t\treturn DepotServing{}, nil", 0},
	{"it stops when a client disappears", "depot", server, "case *DepotServingGoneClients:\n\t\treturn o.Next, nil", "case *DepotServingGoneClients:\n\t\treturn o.Next, context.Canceled", 0},
	// Stubs.
	{"reply to the wrong client", "depot", depot, "&depotAfterGetSendClientsValueOp, e.v.c)", "&depotAfterGetSendClientsValueOp, 0)", 0},
	{"reply to the client that asked before", "depot", depot, "e.v.c = taken.Member\n\t\te.Move(depotClients, taken.Member, 5)", "e.Move(depotClients, taken.Member, 5)", 0},
	{"wrong label", "depot", depot, "Method: \"SendClientsGiven\", Slot: depotClients, Peer: 0, Label: 12", "Method: \"SendClientsGiven\", Slot: depotClients, Peer: 0, Label: 8", 0},
	{"a value out of its range", "depot", depot, "p.N = n", "p.N = n + 1", 1},
	{"what was in the slot before is added to a value", "depot", depot, "p.Value = value\n\te.Commit()\n\te.Move(depotClients, e.v.c, 0)", "p.Value += value\n\te.Commit()\n\te.Move(depotClients, e.v.c, 0)", 0},
	{"silence: an answer is not sent", "depot", depot, "p := channel.Out[StoreSumPayload](&e.Endpoint)\n\tp.Value = value\n\te.Commit()\n", "", 0},
	{"an answer is sent twice", "depot", depot, "p := channel.Out[StoreSumPayload](&e.Endpoint)\n\tp.Value = value\n\te.Commit()\n", "p := channel.Out[StoreSumPayload](&e.Endpoint)\n\tp.Value = value\n\te.Commit()\n\tif err := e.Begin(e.Step(), &depotAfterAddSendClientsSumOp, e.v.c); err == nil {\n\t\te.Commit()\n\t}\n", 0},
	{"hang: it waits for a second answer of the log", "depot", depot, "m := &e.m.depotAfterCommitSynced\n", "if _, err := e.Receive(e.Step(), &depotAfterCommitReceiveLogOp, 0); err != nil {\n\t\treturn nil, err\n\t}\n\tm := &e.m.depotAfterCommitSynced\n", 0},
	{"hang: it steps for ever", "depot", depot, "e.Decided(1)\n\treturn e.settle2(), nil", "e.Decided(1)\n\treturn e.settle1(), nil", 0},
	{"reordered writes: the messages of the log", "depot", depot, "Method: \"SendLogIntent\", Slot: depotLog, Peer: 1, Label: 0", "Method: \"SendLogIntent\", Slot: depotLog, Peer: 1, Label: 1", 0},
	{"forgotten close: a client", "depot", depot, "e.v.c = taken.Member\n\t\te.Close(depotClients, taken.Member)", "e.v.c = taken.Member\n\t\te.Move(depotClients, taken.Member, 6)", 0},
	{"the loss of a bell is seen for ever", "depot", depot, "e.v.b = taken.Member\n\t\te.Drop(depotBells, e.v.b)", "e.v.b = taken.Member", 0},
	{"leak: a client that has disappeared", "depot", depot, "e.v.lost = taken.Member\n\t\te.Drop(depotClients, e.v.lost)", "e.v.lost = taken.Member\n\t\te.Move(depotClients, e.v.lost, 6)", 0},
	{"starvation: the first client goes first", "depot", depot, "Method: \"Choose\", Options", "Method: \"Choose\", Priority: true, Options", 0},
	{"a client is not served again", "depot", depot, "p.Value = value\n\te.Commit()\n\te.Move(depotClients, e.v.c, 0)", "p.Value = value\n\te.Commit()", 0},
	{"a guard is missing", "depot", depot, "Label: 0, Guard: 1,", "Label: 0,", 0},
	{"a guard is turned round", "depot", depot, "e.Count(depotBells) != e.sizes.users", "e.Count(depotBells) == e.sizes.users", 0},
	{"an option is missing", "depot", depot, "{Kind: channel.Recv, Slot: depotClients, Peer: 0, Point: 0, Label: 5, Guard: 2", "{Kind: channel.Recv, Slot: depotClients, Peer: 0, Point: 6, Label: 5, Guard: 2", 0},
	{"the loss of a client is not noticed", "depot", depot, "Label: 7, Point: channel.AnyPoint, Gone: true", "Label: 7, Point: channel.AnyPoint", 0},
	{"only the first bell is looked at", "depot", depot, "if e.v.b < e.sizes.users-1 {", "if e.v.b < 0 {", 1},
	// The clock.
	{"clock: woken early", "clock", clockGo, "v.Now(waits.which) < waits.until", "v.Now(waits.which)+1 < waits.until", 0},
	{"clock: never woken", "clock", clockGo, "v.Now(waits.which) < waits.until", "v.Now(waits.which) < waits.until || waits.until > 0", 0},
	{"clock: the resolution is the time", "clock", clockGo, "SendClientsTime(v.Resolution)", "SendClientsTime(v.Resolution + 1)", 0},
	{"clock: a sleeper is kept under the wrong number", "clock", clockGo, "v.sleepers[added] = sleeper{o.Which, o.Until}", "v.sleepers[0] = sleeper{o.Which, o.Until}", 0},
	{"clock: Ready instead of Cancelled", "clock", clockC, "Method: \"SendSleepersCancelled\", Slot: clockServerSleepers, Peer: 0, Label: 2", "Method: \"SendSleepersCancelled\", Slot: clockServerSleepers, Peer: 0, Label: 1", 0},
	// Role stubs.
	{"wordcount: a line is left out", "wordcount", words, "words += uint64(len(strings.Fields(m.Text)))", "words = uint64(len(strings.Fields(m.Text)))", 0},
	{"wordcount: one word too many", "wordcount", words, "return m.Next.LeftTotal(words)", "return m.Next.LeftTotal(words + 1)", 0},
	{"wordcount: it ends without a total", "wordcount", words, "return m.Next.LeftTotal(words)", "return count.CountLeftEnd{}, nil", 0},
	// Further components of the kernel.
	{"console: what is left of a line is forgotten", "console", console, "v.typed = v.typed[n:]", "v.typed = nil", 0},
	{"console: a line is read twice", "console", console, "v.typed = v.typed[n:]", "v.typed = v.typed[max(n-1, 0):]", 0},
	{"console: one byte too many is written", "console", console, "SendFilesWritten(n)", "SendFilesWritten(n + 1)", 0},
	{"console: what is written to errors goes to output", "console", console, "*at(&v.streams, o.Next.View().Added()) = o.Stream", "*at(&v.streams, o.Next.View().Added()) = min(o.Stream, 1)", 0},
	{"console: everybody reads as much as the last one wants", "console", console, "*at(&v.wanted, o.Member) = o.Count", "for i := range 3 {\n\t*at(&v.wanted, i) = o.Count\n}", 0},
	{"memory: a client that leaves ends the service", "memory", memory, "case *memory.MemoryServiceComponentServingDetach:\n\t\t\ts = o.Next", "case *memory.MemoryServiceComponentServingDetach:\n\t\t\treturn nil", 0},
	{"renamer: it releases whatever has the name", "renamer", renamer, "SendFromRelease(old, ino)", "SendFromRelease(old, 0)", 0},
	{"renamer: it undoes the wrong name", "renamer", renamer, "SendToUnlink(name, ino)", "SendToUnlink(old, ino)", 0},
	{"renamer: another reason is told", "renamer", renamer, "return refuse(found.Next, found.Err)", "return refuse(found.Next, errno.ErrnoNoEnt)", 0},
	{"renamer: old and new name change places", "renamer", renamer, "rename(o.Next, o.Old, o.Name)", "rename(o.Next, o.Name, o.Old)", 0},
	{"launch: each job has the number of the last", "launch", launch, "v.of[member] = job", "v.of[member] = 0", 0},
	{"launch: a job that cannot start is told of twice", "launch", launch, "job := v.jobs\n\t\tv.jobs++", "job := v.jobs", 0},
	{"process: what a path has borrowed is not given back", "process", take, "p.giveBack()", "_ = p.walk", 0},
	{"process: the clock's answer is not looked at", "process", take, "p.time = m.Nanoseconds\n\t\treturn m.Next, nil\n\tcase *syscall.ProcessRunningResolution", "return m.Next, nil\n\tcase *syscall.ProcessRunningResolution", 0},
	{"process: it forgets with which code the program ended", "process", take, "p.code = o.Code", "p.code = o.Code + 1", 0},
	{"process: a file takes a place that is taken", "process", table, "if d := &t.fds[i]; d.used && d.dir == dir && d.member == m {", "if d := &t.fds[i]; d.used && d.member == m {", 0},
	// The file system.
	{"cg: the last block is never taken", "cg", "server/maps.go", "v.blocks.Run(from, v.layout.Data(v.index)-base, v.layout.GroupBlocks, count)", "v.blocks.Run(from, v.layout.Data(v.index)-base, v.layout.GroupBlocks-1, count)", 0},
	{"cg: the first block is never taken", "cg", "server/maps.go", "v.layout.Data(v.index)-base, v.layout.GroupBlocks, count)", "v.layout.Data(v.index)-base+1, v.layout.GroupBlocks, count)", 0},
	{"cg: the last block of a run is not marked", "cg", "server/maps.go", "for i := range n {\n\t\tv.mark(v.blocks, at+i, true)", "for i := range max(n-1, 1) {\n\t\tv.mark(v.blocks, at+i, true)", 0},
	{"cg: the block beside is given back", "cg", "server/maps.go", "v.mark(v.blocks, lba-base+i, false)", "v.mark(v.blocks, lba-base+i+1, false)", 0},
	{"cg: a block is not given back", "cg", "server/maps.go", "v.mark(v.blocks, lba-base+i, false)", "_ = base", 0},
	{"cg: an inode is given twice", "cg", "server/inodes.go", "v.mark(v.inodes, place, true)", "_ = place", 0},
	{"tree: a rename keeps the old name", "tree", "directory/names.go", "\t\treturn v.take(i)\n\tcase old.Ino", "\t\treturn nil\n\tcase old.Ino", 0},
	{"tree: an exclusive open finds a file", "tree", "directory/names.go", "case how == dir.HowExclusive:", "case how == dir.HowExclusive && i.Kind == file.KindDirectory:", 0},
	{"tree: a link is not counted", "tree", "directory/names.go", "cg.ChangeLink, n.Ino, v.ino); err", "cg.ChangeLeave, n.Ino, v.ino); err", 0},
	{"tree: what is appended goes to the start", "tree", "vnode/vnode.go", "return v.write(v.file.Inode.Size)", "return v.write(0)", 0},
	{"names: a name that is withdrawn is still known", "names", "server/names.go", "case *names.NameServerServingWithdraw:\n\t\tv.names[o.Member] = \"\"", "case *names.NameServerServingWithdraw:", 0},
}

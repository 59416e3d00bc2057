package door_test

import (
	"context"
	"net"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/protoc-os/protoc-os/kernel/channel"
	"github.com/protoc-os/protoc-os/kernel/host/door"
)

// A kernel is found, tells of its components, and is not found any more when its door is closed.
func TestDoor(t *testing.T) {
	folder := t.TempDir()
	if err := os.Chmod(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	if pids, err := door.Kernels(folder); err != nil || len(pids) != 0 {
		t.Errorf("an empty folder has %v, %v", pids, err)
	}
	l, err := door.Open(folder)
	if err != nil {
		t.Fatal(err)
	}
	rt := channel.New(channel.Config{Cores: 1, Outside: true})
	ctx, cancel := context.WithCancel(context.Background())
	rt.Start(new(channel.Endpoint), &channel.Component{Name: "Idle"}, channel.Options{Name: "idle", Outside: true}, nil, func(ctx context.Context) error {
		<-ctx.Done()
		return nil
	}).Discard()
	ended := make(chan error)
	go func() { ended <- rt.Run(ctx) }()
	go door.Serve(l, rt)

	pids, err := door.Kernels(folder)
	if err != nil || !slices.Equal(pids, []int{os.Getpid()}) {
		t.Fatalf("found %v, %v", pids, err)
	}
	list, err := door.Components(folder, pids[0])
	if err != nil || len(list) != 1 || list[0].Name != "idle" || list[0].Core != -1 {
		t.Errorf("components %+v, %v", list, err)
	}
	if err := door.Crash(folder, pids[0], "nobody"); err == nil || !strings.Contains(err.Error(), "there is no component nobody") {
		t.Errorf("it says %v", err)
	}
	if err := door.Crash(folder, pids[0], "idle"); err != nil {
		t.Error(err)
	}
	<-ended
	cancel()
	l.Close()
	if pids, err := door.Kernels(folder); err != nil || len(pids) != 0 {
		t.Errorf("behind a closed door there is %v, %v", pids, err)
	}
}

// What a process has left behind is cleared away, and a folder that others can enter is refused.
func TestLeftBehind(t *testing.T) {
	folder := t.TempDir()
	l, err := net.Listen("unix", folder+"/1234567.sock")
	if err != nil {
		t.Fatal(err)
	}
	l.(*net.UnixListener).SetUnlinkOnClose(false)
	l.Close()
	if pids, err := door.Kernels(folder); err != nil || len(pids) != 0 {
		t.Errorf("found %v, %v", pids, err)
	}
	if left, _ := os.ReadDir(folder); len(left) != 0 {
		t.Errorf("left: %v", left)
	}
	if err := os.Chmod(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := door.Open(folder); err == nil {
		t.Error("a folder that others can enter is taken")
	}
}

package channeltest_test

import (
	"fmt"
	"testing"

	"github.com/protoc-os/protoc-os/kernel/channel"
	"github.com/protoc-os/protoc-os/kernel/channel/channeltest"
	"github.com/protoc-os/protoc-os/kernel/channel/channeltest/internal/depot"
)

// startDepot tests a server against a reference model: whatever clients say
// to it, in whatever order, its answers are those of an array.
func startDepot(w *channeltest.World) {
	given := depot.DepotGiven{Users: 3, Port: w.End(&depot.Port, "store"), Log: w.End(&depot.Log, "store")}
	depot.StartDepot(w.Runtime, channel.Options{}, given, depot.Server).Discard()
	w.Patient(&depot.Store)
	channeltest.Against(w, channeltest.Model[[depot.Keys]uint64]{Step: func(values [depot.Keys]uint64, c channeltest.Call) ([depot.Keys]uint64, bool) {
		switch q := c.Request.Values.(type) {
		case *depot.StorePutPayload:
			values[q.Key] = q.Value
		case *depot.StoreAddPayload:
			values[q.Key] += q.By
		case *depot.StoreGetPayload:
			a, ok := c.Reply.Values.(*depot.StoreValuePayload)
			return values, !ok || a.Value == values[q.Key]
		}
		return values, true
	}})
}

func TestDepotAgainstModel(t *testing.T) { channeltest.Check(t, startDepot) }

func Example() {
	r := channeltest.Config{Runs: 50}.Run("depot", startDepot)
	fmt.Println(r.Failure == nil, r.Coverage.Runs)
	// Output: true 50
}

func FuzzDepot(f *testing.F) { f.Fuzz(channeltest.MakeFuzz(startDepot)) }

// All interleavings of some scripts, up to the bound.
func TestExhaustive(t *testing.T) {
	channeltest.Config{Runs: 5, Schedule: channeltest.Exhaustive, Traces: "-"}.Check(t, startDepot)
}

func TestPCT(t *testing.T) {
	channeltest.Config{Runs: 30, Schedule: channeltest.PCT, Traces: "-"}.Check(t, startDepot)
}

// BenchmarkSessions is how many sessions a second are opened, walked and judged.
func BenchmarkSessions(b *testing.B) {
	sessions := 0
	for b.Loop() {
		channeltest.Config{Runs: 100}.Run("depot", func(w *channeltest.World) {
			startDepot(w)
			sessions += 2
			w.OnBorn(&depot.Store, func(*channeltest.Session) { sessions++ })
			w.OnBorn(&depot.Bell, func(*channeltest.Session) { sessions++ })
		})
	}
	b.ReportMetric(float64(sessions)/b.Elapsed().Seconds(), "sessions/s")
}

package depot

import (
	"testing"

	"github.com/protoc-os/protoc-os/kernel/channel/channeltest"
)

func TestDepot(t *testing.T) { channeltest.Config{MinCover: 100}.Check(t, Start) }

package kernel

import (
	"context"

	"github.com/protoc-os/protoc-os/kernel/launch"
	"github.com/protoc-os/protoc-os/kernel/tree"
)

// RunOn is Run on files of the caller's.
func RunOn(ctx context.Context, c Config, files *tree.Files, commands []Command) ([]uint32, error) {
	return run(ctx, c, files, launch.Pipelines(commands), len(commands))
}

package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/protoc-os/protoc-os/kernel"
	"github.com/protoc-os/protoc-os/kernel/disk"
	"github.com/protoc-os/protoc-os/kernel/host/image"
)

func (a *app) mkfsVerb() *cobra.Command {
	var from []string
	c := &cobra.Command{
		Use:   "mkfs [flags] IMAGE SIZE",
		Short: "make a disk with an empty file system in a file",
		Long: `mkfs makes a file of SIZE (64M, 2GiB) that is a disk for protoc-os run --disk, with a file system on it. A file that is there already is not
touched. Of a size that is no multiple of 4096 bytes the rest is left away.`,
		Example: `  protoc-os mkfs disk.img 64M
  protoc-os mkfs --copy ./site:/site disk.img 64M`,
		Args: cobra.ExactArgs(2),
		RunE: func(_ *cobra.Command, args []string) error {
			size, err := parseBytes(args[1])
			if err != nil {
				return err
			}
			copies, err := copiesOf(from)
			if err != nil {
				return err
			}
			d, err := image.Create(args[0], uint64(size)/disk.BlockSize)
			if err != nil {
				return err
			}
			l, err := kernel.Format(d, copies...)
			if err == nil {
				err = d.Flush()
			}
			if err = errors.Join(err, d.Close()); err != nil {
				return errors.Join(fmt.Errorf("%s: %w", args[0], err), os.Remove(args[0]))
			}
			if !a.quiet {
				fmt.Fprintf(a.out, "%s: %d groups of %d blocks, %d inodes\n", args[0], l.Groups, l.GroupBlocks, l.Groups*l.Inodes)
			}
			return nil
		},
	}
	copyFlag(c, &from)
	return c
}

func (a *app) fsckVerb() *cobra.Command {
	return &cobra.Command{
		Use:   "fsck IMAGE",
		Short: "check the file system on a disk",
		Long: `fsck reads the disk that is in a file, and says what is wrong with the file system on it: checksums that do not hold, names that lead nowhere,
blocks that belong to nobody or to two. Nothing is changed. A disk that a kernel runs on is not checked. The exit status is 1 if something is wrong.`,
		Example: `  protoc-os fsck disk.img`,
		Args:    cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			d, err := image.Open(args[0], false)
			if err != nil {
				return err
			}
			defer d.Close()
			findings := disk.Check(d)
			for _, finding := range findings {
				fmt.Fprintf(a.out, "%s: %s\n", args[0], finding)
			}
			if len(findings) > 0 {
				a.status |= violationFound
			} else if !a.quiet {
				fmt.Fprintf(a.out, "%s: in order\n", args[0])
			}
			return nil
		},
	}
}

func copyFlag(c *cobra.Command, from *[]string) {
	c.Flags().StringArrayVar(from, "copy", nil, "copy a folder of the host into the new file system: HOST:GUEST (repeatable)")
}

// copiesOf reads --copy.
func copiesOf(words []string) (copies []kernel.Copy, err error) {
	for _, w := range words {
		host, guest, ok := strings.Cut(w, ":")
		if !ok || host == "" || !strings.HasPrefix(guest, "/") {
			return nil, fmt.Errorf("--copy %s: want HOST:GUEST, a folder and where it goes (/folder)", w)
		}
		info, err := os.Stat(host)
		if err != nil {
			return nil, fmt.Errorf("--copy: %w", err)
		}
		if !info.IsDir() {
			return nil, fmt.Errorf("--copy %s: %s is no folder", w, host)
		}
		copies = append(copies, kernel.Copy{From: os.DirFS(host), To: guest})
	}
	return copies, nil
}

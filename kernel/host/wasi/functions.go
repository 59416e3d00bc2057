package wasi

import (
	"encoding/binary"
	"math"

	"github.com/tetratelabs/wazero/api"

	"github.com/protoc-os/protoc-os/protocols/clock"
	"github.com/protoc-os/protoc-os/protocols/entropy"
	"github.com/protoc-os/protoc-os/protocols/file"
	"github.com/protoc-os/protoc-os/protocols/syscall"
)

// program is a program while it runs.
type program struct {
	*calls
	memory []*linear // that was made for it
	out    []byte    // of a write that is gathered from several places
}

// functions is all of WASI preview 1.
var functions = []function{
	{"args_get", "ii", func(p *program, m api.Memory, a []uint64) number { return put(m, p.arguments(), a[0], a[1]) }},
	{"args_sizes_get", "ii", func(p *program, m api.Memory, a []uint64) number { return sizes(m, p.arguments(), a[0], a[1]) }},
	{"environ_get", "ii", func(p *program, m api.Memory, a []uint64) number { return put(m, p.environment(), a[0], a[1]) }},
	{"environ_sizes_get", "ii", func(p *program, m api.Memory, a []uint64) number { return sizes(m, p.environment(), a[0], a[1]) }},
	{"clock_res_get", "ii", (*program).clockResolution},
	{"clock_time_get", "ili", (*program).clockTime},
	{"fd_advise", "illi", func(p *program, _ api.Memory, a []uint64) number {
		_, _, _, _, failed := p.describe(uint32(a[0]))
		return of(failed)
	}},
	{"fd_allocate", "ill", func(p *program, _ api.Memory, a []uint64) number {
		if a[1]+a[2] < a[1] || a[2] == 0 {
			return eInval
		}
		return of(p.calls.allocate(uint32(a[0]), a[1]+a[2]))
	}},
	{"fd_close", "i", func(p *program, _ api.Memory, a []uint64) number { return of(p.close(uint32(a[0]))) }},
	{"fd_datasync", "i", func(p *program, _ api.Memory, a []uint64) number { return of(p.sync(uint32(a[0]))) }},
	{"fd_fdstat_get", "ii", (*program).fdstat},
	{"fd_fdstat_set_flags", "ii", func(p *program, _ api.Memory, a []uint64) number { return of(p.setFlags(uint32(a[0]), uint32(a[1]))) }},
	{"fd_fdstat_set_rights", "ill", func(p *program, _ api.Memory, a []uint64) number { return of(p.setRights(uint32(a[0]), a[1], a[2])) }},
	{"fd_filestat_get", "ii", func(p *program, m api.Memory, a []uint64) number {
		kind, attr, failed := p.stat(uint32(a[0]))
		if failed != nil {
			return of(failed)
		}
		return filestat(m, a[1], kind, attr)
	}},
	{"fd_filestat_set_size", "il", func(p *program, _ api.Memory, a []uint64) number { return of(p.truncate(uint32(a[0]), a[1])) }},
	{"fd_filestat_set_times", "illi", func(p *program, _ api.Memory, a []uint64) number {
		return of(p.setTimes(uint32(a[0]), a[1], a[2], uint32(a[3])))
	}},
	{"fd_pread", "iiili", func(p *program, m api.Memory, a []uint64) number {
		return p.scatter(m, a[1], a[2], a[4], func(n uint32) ([]byte, number) {
			buf, failed := p.readAt(uint32(a[0]), a[3], n)
			return buf, of(failed)
		})
	}},
	{"fd_prestat_dir_name", "iii", func(p *program, m api.Memory, a []uint64) number {
		name, failed := p.granted(uint32(a[0]))
		switch {
		case failed != nil:
			return of(failed)
		case uint64(len(name)) > a[2]:
			return eNameTooLong
		}
		return write(m, a[1], name)
	}},
	{"fd_prestat_get", "ii", func(p *program, m api.Memory, a []uint64) number {
		name, failed := p.granted(uint32(a[0]))
		if failed != nil {
			return of(failed)
		}
		return write(m, a[1], binary.LittleEndian.AppendUint32([]byte{0, 0, 0, 0}, uint32(len(name))))
	}},
	{"fd_pwrite", "iiili", func(p *program, m api.Memory, a []uint64) number {
		return p.gather(m, a[1], a[2], a[4], func(b []byte) (uint32, number) {
			n, failed := p.writeAt(uint32(a[0]), a[3], b)
			return n, of(failed)
		})
	}},
	{"fd_read", "iiii", func(p *program, m api.Memory, a []uint64) number {
		return p.scatter(m, a[1], a[2], a[3], func(n uint32) ([]byte, number) {
			buf, failed := p.read(uint32(a[0]), n)
			return buf, of(failed)
		})
	}},
	{"fd_readdir", "iiili", func(p *program, m api.Memory, a []uint64) number {
		n := uint32(min(a[2], file.Most))
		buf, failed := p.list(uint32(a[0]), a[3], n)
		if failed != nil {
			return of(failed)
		}
		if e := write(m, a[1], buf); e != 0 {
			return e
		}
		return put32(m, a[4], uint32(len(buf)))
	}},
	{"fd_renumber", "ii", func(p *program, _ api.Memory, a []uint64) number { return of(p.renumber(uint32(a[0]), uint32(a[1]))) }},
	{"fd_seek", "ilii", func(p *program, m api.Memory, a []uint64) number {
		at, failed := p.seek(uint32(a[0]), int64(a[1]), uint32(a[2]))
		if failed != nil {
			return of(failed)
		}
		return put64(m, a[3], at)
	}},
	{"fd_sync", "i", func(p *program, _ api.Memory, a []uint64) number { return of(p.sync(uint32(a[0]))) }},
	{"fd_tell", "ii", func(p *program, m api.Memory, a []uint64) number {
		at, failed := p.seek(uint32(a[0]), 0, 1)
		if failed != nil {
			return of(failed)
		}
		return put64(m, a[1], at)
	}},
	{"fd_write", "iiii", func(p *program, m api.Memory, a []uint64) number {
		return p.gather(m, a[1], a[2], a[3], func(b []byte) (uint32, number) {
			n, failed := p.write(uint32(a[0]), b)
			return n, of(failed)
		})
	}},
	{"path_create_directory", "iii", func(p *program, m api.Memory, a []uint64) number {
		return named(m, a[1], a[2], func(path string) number { return of(p.makeDir(uint32(a[0]), path)) })
	}},
	{"path_filestat_get", "iiiii", func(p *program, m api.Memory, a []uint64) number {
		return named(m, a[2], a[3], func(path string) number {
			kind, attr, failed := p.find(uint32(a[0]), path, uint32(a[1]))
			if failed != nil {
				return of(failed)
			}
			return filestat(m, a[4], kind, attr)
		})
	}},
	{"path_filestat_set_times", "iiiilli", func(p *program, m api.Memory, a []uint64) number {
		return named(m, a[2], a[3], func(path string) number {
			return of(p.touch(uint32(a[0]), path, uint32(a[1]), a[4], a[5], uint32(a[6])))
		})
	}},
	{"path_link", "iiiiiii", func(p *program, m api.Memory, a []uint64) number {
		return named(m, a[2], a[3], func(old string) number {
			return named(m, a[5], a[6], func(name string) number {
				return of(p.link(uint32(a[0]), old, uint32(a[1]), uint32(a[4]), name))
			})
		})
	}},
	{"path_open", "iiiiillii", func(p *program, m api.Memory, a []uint64) number {
		return named(m, a[2], a[3], func(path string) number {
			fd, failed := p.open(uint32(a[0]), path, uint32(a[1]), uint32(a[4]), uint32(a[7]), a[5])
			if failed != nil {
				return of(failed)
			}
			return put32(m, a[8], fd)
		})
	}},
	{"path_readlink", "iiiiii", func(p *program, m api.Memory, a []uint64) number {
		return named(m, a[1], a[2], func(path string) number {
			target, failed := p.readLink(uint32(a[0]), path)
			if failed != nil {
				return of(failed)
			}
			target = target[:min(uint64(len(target)), a[4])]
			if e := write(m, a[3], target); e != 0 {
				return e
			}
			return put32(m, a[5], uint32(len(target)))
		})
	}},
	{"path_remove_directory", "iii", func(p *program, m api.Memory, a []uint64) number {
		return named(m, a[1], a[2], func(path string) number { return of(p.removeDir(uint32(a[0]), path)) })
	}},
	{"path_rename", "iiiiii", func(p *program, m api.Memory, a []uint64) number {
		return named(m, a[1], a[2], func(old string) number {
			return named(m, a[4], a[5], func(name string) number {
				return of(p.rename(uint32(a[0]), old, uint32(a[3]), name))
			})
		})
	}},
	{"path_symlink", "iiiii", func(p *program, m api.Memory, a []uint64) number {
		return named(m, a[0], a[1], func(target string) number {
			return named(m, a[3], a[4], func(path string) number { return of(p.symlink(target, uint32(a[2]), path)) })
		})
	}},
	{"path_unlink_file", "iii", func(p *program, m api.Memory, a []uint64) number {
		return named(m, a[1], a[2], func(path string) number { return of(p.unlink(uint32(a[0]), path)) })
	}},
	{"poll_oneoff", "iiii", (*program).pollOneoff},
	{"proc_exit", "i", func(_ *program, _ api.Memory, a []uint64) number { panic(exit{uint32(a[0])}) }},
	{"proc_raise", "i", func(*program, api.Memory, []uint64) number { return eNoSys }},
	{"random_get", "ii", (*program).randomGet},
	{"sched_yield", "", func(p *program, _ api.Memory, _ []uint64) number {
		p.now(clock.WhichMonotonic)
		return 0
	}},
	{"sock_accept", "iii", func(*program, api.Memory, []uint64) number { return eNotSock }},
	{"sock_recv", "iiiiii", func(*program, api.Memory, []uint64) number { return eNotSock }},
	{"sock_send", "iiiii", func(*program, api.Memory, []uint64) number { return eNotSock }},
	{"sock_shutdown", "ii", func(*program, api.Memory, []uint64) number { return eNotSock }},
}

// which is the clock of a number. There is no time of a process of its own.
func which(id uint64) (clock.Which, bool) {
	switch id {
	case 0:
		return clock.WhichRealtime, true
	case 1:
		return clock.WhichMonotonic, true
	}
	return 0, false
}

func (p *program) clockTime(m api.Memory, a []uint64) number {
	w, ok := which(a[0])
	if !ok {
		return eInval
	}
	return put64(m, a[2], p.now(w))
}

func (p *program) clockResolution(m api.Memory, a []uint64) number {
	w, ok := which(a[0])
	if !ok {
		return eInval
	}
	return put64(m, a[1], p.resolution(w))
}

// randomGet asks as often as one answer is too short.
func (p *program) randomGet(m api.Memory, a []uint64) number {
	for at, n := a[0], a[1]; n > 0; {
		buf := p.random(uint32(min(n, entropy.Most)))
		if e := write(m, at, buf); e != 0 {
			return e
		}
		at, n = at+uint64(len(buf)), n-uint64(len(buf))
	}
	return 0
}

func (p *program) pollOneoff(m api.Memory, a []uint64) number {
	subscriptions, ok := m.Read(uint32(a[0]), uint32(min(a[2]*48, math.MaxUint32)))
	switch {
	case !ok:
		return eFault
	case a[2] == 0 || len(subscriptions) > syscall.PollMost:
		return eInval
	}
	events, failed := p.poll(subscriptions)
	if failed != nil {
		return of(failed)
	}
	if e := write(m, a[1], events); e != 0 {
		return e
	}
	return put32(m, a[3], uint32(len(events)/32))
}

func (p *program) fdstat(m api.Memory, a []uint64) number {
	kind, flags, rights, inheriting, failed := p.describe(uint32(a[0]))
	if failed != nil {
		return of(failed)
	}
	b := make([]byte, 24)
	b[0] = filetypes[kind]
	binary.LittleEndian.PutUint16(b[2:], uint16(flags))
	binary.LittleEndian.PutUint64(b[8:], rights)
	binary.LittleEndian.PutUint64(b[16:], inheriting)
	return write(m, a[1], b)
}

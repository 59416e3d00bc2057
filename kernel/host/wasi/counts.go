package wasi

// Within an entry of a section there may be counts too. Each of them is checked against the bytes that are left, of which what is counted takes one at least.

// count is how many follow.
func (r *reader) count() (uint64, error) {
	n, err := r.number()
	if err != nil || n > uint64(len(*r)) {
		return 0, errCut
	}
	return n, nil
}

// skip leaves n bytes out.
func (r *reader) skip(n int) error {
	if n > len(*r) {
		return errCut
	}
	*r = (*r)[n:]
	return nil
}

// integer leaves a number of any sign and size out.
func (r *reader) integer() error {
	for {
		b, err := r.byte()
		if err != nil || b < 0x80 {
			return err
		}
	}
}

// value leaves a constant expression out.
func (r *reader) value() error {
	for {
		op, err := r.byte()
		if err != nil {
			return err
		}
		switch op {
		case 0x0b: // end
			return nil
		case 0x41, 0x42, 0x23, 0xd0, 0xd2: // i32.const, i64.const, global.get, ref.null, ref.func
			err = r.integer()
		case 0x43: // f32.const
			err = r.skip(4)
		case 0x44: // f64.const
			err = r.skip(8)
		case 0xfd: // v128.const
			err = r.skip(17)
		case 0x6a, 0x6b, 0x6c, 0x7c, 0x7d, 0x7e: // sums and products
		default:
			err = errCut
		}
		if err != nil {
			return err
		}
	}
}

// signature is one entry of the section of types.
func (r *reader) signature() error {
	if err := r.skip(1); err != nil {
		return err
	}
	for range 2 { // parameters, results
		n, err := r.count()
		if err != nil {
			return err
		}
		if err := r.skip(int(n)); err != nil {
			return err
		}
	}
	return nil
}

// element is one entry of the section of elements: what a table begins with.
func (r *reader) element() error {
	flags, err := r.number()
	if err != nil || flags > 7 {
		return errCut
	}
	active, named, values := flags&1 == 0, flags&2 != 0, flags&4 != 0
	if active && named {
		err = r.integer()
	}
	if err == nil && active {
		err = r.value()
	}
	if err == nil && flags&3 != 0 {
		err = r.skip(1)
	}
	if err != nil {
		return err
	}
	n, err := r.count()
	for ; err == nil && n > 0; n-- {
		if values {
			err = r.value()
		} else {
			err = r.integer()
		}
	}
	return err
}

// data is one entry of the section of data: what the memory begins with.
func (r *reader) data() error {
	flags, err := r.number()
	if err == nil && flags == 2 {
		err = r.integer()
	}
	if err == nil && flags != 1 {
		err = r.value()
	}
	if err == nil {
		_, err = r.block()
	}
	return err
}

// names is a section of names with those of the module and of its functions, which a stack shows; without them if they are damaged.
func names(content reader) reader {
	all := content
	title, err := content.block()
	if err != nil || string(title) != "name" {
		return all
	}
	out := all[: len(all)-len(content) : len(all)-len(content)]
	for len(content) > 0 {
		whole := content
		kind, err := content.byte()
		if err != nil {
			break
		}
		part, err := content.block()
		if err != nil || kind > 1 {
			break
		}
		if kind == 1 {
			if _, err := part.count(); err != nil {
				break
			}
		}
		out = append(out, whole[:len(whole)-len(content)]...)
	}
	return out
}

package process

import "github.com/protoc-os/protoc-os/protocols/syscall"

// answer tells the program, or learns that it is gone. What was borrowed for a call by path may have to be put back on the way out, which
// makes two states of each answer; to this component they are the same.
func (p *process) answer(s state) (state, error) {
	switch s := s.(type) {
	case *syscall.ProcessSendDone:
		o, err := s.Choose()
		if err != nil {
			return nil, err
		}
		switch o := o.(type) {
		case *syscall.ProcessSendDoneSentDone:
			return o.Next, nil
		case *syscall.ProcessSendDoneGone:
			return o.Next, nil
		}
	case *syscall.ProcessSendFailed:
		o, err := s.Choose()
		if err != nil {
			return nil, err
		}
		switch o := o.(type) {
		case *syscall.ProcessSendFailedSentFailed:
			return o.Next.SendSysFailed(p.err)
		case *syscall.ProcessSendFailedGone:
			return o.Next, nil
		}
	case *syscall.ProcessSendData:
		o, err := s.Choose()
		if err != nil {
			return nil, err
		}
		switch o := o.(type) {
		case *syscall.ProcessSendDataSentData:
			return o.Next.SendSysData(p.buf)
		case *syscall.ProcessSendDataGone:
			return o.Next, nil
		}
	case *syscall.ProcessSendWritten:
		o, err := s.Choose()
		if err != nil {
			return nil, err
		}
		switch o := o.(type) {
		case *syscall.ProcessSendWrittenSentWritten:
			return o.Next.SendSysWritten(p.written)
		case *syscall.ProcessSendWrittenGone:
			return o.Next, nil
		}
	case *syscall.ProcessSendIs:
		o, err := s.Choose()
		if err != nil {
			return nil, err
		}
		switch o := o.(type) {
		case *syscall.ProcessSendIsSentIs:
			return o.Next.SendSysIs(p.kind, p.attr)
		case *syscall.ProcessSendIsGone:
			return o.Next, nil
		}
	case *syscall.ProcessSendPosition:
		o, err := s.Choose()
		if err != nil {
			return nil, err
		}
		switch o := o.(type) {
		case *syscall.ProcessSendPositionSentPosition:
			return o.Next.SendSysPosition(p.position)
		case *syscall.ProcessSendPositionGone:
			return o.Next, nil
		}
	case *syscall.ProcessSendDescribed:
		o, err := s.Choose()
		if err != nil {
			return nil, err
		}
		switch o := o.(type) {
		case *syscall.ProcessSendDescribedSentDescribed:
			return o.Next.SendSysDescribed(p.kind, p.flags, p.rights, p.inheriting)
		case *syscall.ProcessSendDescribedGone:
			return o.Next, nil
		}
	case *syscall.ProcessSendOpened:
		o, err := s.Choose()
		if err != nil {
			return nil, err
		}
		switch o := o.(type) {
		case *syscall.ProcessSendOpenedSentOpened:
			return o.Next.SendSysOpened(p.opened)
		case *syscall.ProcessSendOpenedGone:
			return o.Next, nil
		}
	case *syscall.ProcessSendTime:
		o, err := s.Choose()
		if err != nil {
			return nil, err
		}
		switch o := o.(type) {
		case *syscall.ProcessSendTimeSentTime:
			return o.Next.SendSysTime(p.time)
		case *syscall.ProcessSendTimeGone:
			return o.Next, nil
		}
	case *syscall.ProcessSendWoken:
		o, err := s.Choose()
		if err != nil {
			return nil, err
		}
		switch o := o.(type) {
		case *syscall.ProcessSendWokenSentWoken:
			return o.Next.SendSysWoken(p.buf)
		case *syscall.ProcessSendWokenGone:
			return o.Next, nil
		}
	case *syscall.ProcessAfterPath2:
		o, err := s.Choose()
		if err != nil {
			return nil, err
		}
		switch o := o.(type) {
		case *syscall.ProcessAfterPath2SentDone:
			return o.Next, nil
		case *syscall.ProcessAfterPath2Gone:
			return o.Next, nil
		}
	case *syscall.ProcessAfterPath3:
		o, err := s.Choose()
		if err != nil {
			return nil, err
		}
		switch o := o.(type) {
		case *syscall.ProcessAfterPath3SentFailed:
			return o.Next.SendSysFailed(p.err)
		case *syscall.ProcessAfterPath3Gone:
			return o.Next, nil
		}
	case *syscall.ProcessAfterPath4:
		o, err := s.Choose()
		if err != nil {
			return nil, err
		}
		switch o := o.(type) {
		case *syscall.ProcessAfterPath4SentData:
			return o.Next.SendSysData(p.buf)
		case *syscall.ProcessAfterPath4Gone:
			return o.Next, nil
		}
	case *syscall.ProcessAfterPath5:
		o, err := s.Choose()
		if err != nil {
			return nil, err
		}
		switch o := o.(type) {
		case *syscall.ProcessAfterPath5SentWritten:
			return o.Next.SendSysWritten(p.written)
		case *syscall.ProcessAfterPath5Gone:
			return o.Next, nil
		}
	case *syscall.ProcessAfterPath6:
		o, err := s.Choose()
		if err != nil {
			return nil, err
		}
		switch o := o.(type) {
		case *syscall.ProcessAfterPath6SentIs:
			return o.Next.SendSysIs(p.kind, p.attr)
		case *syscall.ProcessAfterPath6Gone:
			return o.Next, nil
		}
	case *syscall.ProcessAfterPath7:
		o, err := s.Choose()
		if err != nil {
			return nil, err
		}
		switch o := o.(type) {
		case *syscall.ProcessAfterPath7SentPosition:
			return o.Next.SendSysPosition(p.position)
		case *syscall.ProcessAfterPath7Gone:
			return o.Next, nil
		}
	case *syscall.ProcessAfterPath8:
		o, err := s.Choose()
		if err != nil {
			return nil, err
		}
		switch o := o.(type) {
		case *syscall.ProcessAfterPath8SentDescribed:
			return o.Next.SendSysDescribed(p.kind, p.flags, p.rights, p.inheriting)
		case *syscall.ProcessAfterPath8Gone:
			return o.Next, nil
		}
	case *syscall.ProcessAfterPath9:
		o, err := s.Choose()
		if err != nil {
			return nil, err
		}
		switch o := o.(type) {
		case *syscall.ProcessAfterPath9SentOpened:
			return o.Next.SendSysOpened(p.opened)
		case *syscall.ProcessAfterPath9Gone:
			return o.Next, nil
		}
	case *syscall.ProcessAfterPath10:
		o, err := s.Choose()
		if err != nil {
			return nil, err
		}
		switch o := o.(type) {
		case *syscall.ProcessAfterPath10SentTime:
			return o.Next.SendSysTime(p.time)
		case *syscall.ProcessAfterPath10Gone:
			return o.Next, nil
		}
	case *syscall.ProcessAfterPath11:
		o, err := s.Choose()
		if err != nil {
			return nil, err
		}
		switch o := o.(type) {
		case *syscall.ProcessAfterPath11SentWoken:
			return o.Next.SendSysWoken(p.buf)
		case *syscall.ProcessAfterPath11Gone:
			return o.Next, nil
		}
	}
	panic("process: a state that the declaration does not have")
}

package process

import "github.com/protoc-os/protoc-os/protocols/syscall"

// step goes on from a state that one of several steps has led to.
func (p *process) step(s state) (state, error) {
	switch s := s.(type) {
	// A call by descriptor.
	case *syscall.ProcessDating:
		return p.dating(*s)
	case syscall.ProcessDating:
		return p.dating(s)
	case syscall.ProcessAsking:
		return p.ask(s)
	case *syscall.ProcessAsking:
		return p.ask(*s)
	case *syscall.ProcessAfterFile:
		return s.PickFiles(p.at(p.fd).member)
	case *syscall.ProcessFileRead:
		return p.fileRead(*s)
	case *syscall.ProcessFileWrite:
		return p.fileWrite(*s)
	case *syscall.ProcessFileStat:
		return p.fileStat(*s)
	case *syscall.ProcessFileSync:
		return p.fileSync(*s)
	case *syscall.ProcessFileResize:
		return p.fileResize(*s)
	case *syscall.ProcessFileTimes:
		return p.fileTimes(*s)
	case *syscall.ProcessFileClose:
		return p.fileClose(*s)
	case *syscall.ProcessFileSeek:
		return p.fileSeek(*s)
	case *syscall.ProcessFileDescribe:
		return p.fileDescribe(*s)
	case *syscall.ProcessAfterDirectory:
		return s.PickDirs(p.at(p.fd).member)
	case *syscall.ProcessDirStat:
		return p.dirStat(*s)
	case *syscall.ProcessDirTimes:
		return p.dirTimes(*s)
	case *syscall.ProcessDirClose:
		return p.dirClose(*s)
	case *syscall.ProcessFilling:
		return p.dirList(*s)
	case *syscall.ProcessAfterWait:
		return p.await(*s)
	case *syscall.ProcessAfterLook:
		return s.SendNapsRelease()
	case *syscall.ProcessAfterWrong:
		return p.awaken(*s)

	// A call by path.
	case *syscall.ProcessLegs:
		return s.PickDirs(p.borrow(p.walk.base))
	case *syscall.ProcessAfterAgain2:
		return s.PickDirs(p.borrow(p.walk.base))
	case *syscall.ProcessWalking:
		return p.walking(*s)
	case syscall.ProcessWalking:
		return p.walking(s)
	case *syscall.ProcessAfterOpenedDir:
		return s.SendAtClose()
	case *syscall.ProcessOpening:
		return p.open(*s)
	case *syscall.ProcessFinding:
		return p.find(*s)
	case *syscall.ProcessTouching:
		return p.touch(*s)
	case *syscall.ProcessMaking:
		return p.makeDir(*s)
	case *syscall.ProcessRemoving:
		return p.remove(*s)
	case *syscall.ProcessTying:
		return p.tie(*s)
	case *syscall.ProcessReadingLink:
		return p.readLink(*s)
	case *syscall.ProcessSecond:
		return p.second(*s)
	case *syscall.ProcessAfterSame:
		return p.renameWithin(*s)
	case *syscall.ProcessAfterSame2:
		return p.linkWithin(*s)
	case *syscall.ProcessAfterOther:
		return s.PickDirs(p.borrow(p.first.base))
	case *syscall.ProcessAfterBorrowed:
		return p.linkAcross(*s)
	case *syscall.ProcessAfterPickDirs:
		return p.renameAcross(*s)

	// Letting go of what a walk has opened.
	case *syscall.ProcessAfterPath:
		return s.SendAtClose()
	case *syscall.ProcessAfterArrived:
		return s.SendFirstClose()
	case *syscall.ProcessAfterRefused:
		return s.SendAtClose()
	case *syscall.ProcessAfterAgain:
		return s.SendAtClose()
	case *syscall.ProcessAfterClose:
		return s.SendFirstClose()
	case *syscall.ProcessAfterClose2:
		return s.SendAtClose()
	case *syscall.ProcessAfterFailed2:
		return s.SendAtClose()
	case *syscall.ProcessAfterFailed3:
		return s.SendAtClose()
	case *syscall.ProcessAfterDone:
		return s.SendAtClose()

	// Too many are open, or it is not what was asked for.
	case *syscall.ProcessAfterKept:
		return s.SendFClose()
	case *syscall.ProcessAfterKept2:
		return s.SendDClose()
	case *syscall.ProcessAfterDone4:
		return s.SendFClose()
	case *syscall.ProcessAfterFailed4:
		return s.SendFClose()

	// The end.
	case *syscall.ProcessAfterArguments:
		return s.SendFilesClose()
	case *syscall.ProcessAfterPath12:
		return s.SendFilesClose()
	case *syscall.ProcessAfterEnvironment:
		return s.SendDirsClose()
	case *syscall.ProcessAfterPath13:
		return s.SendDirsClose()
	case *syscall.ProcessAfterExit:
		detached, err := s.SendRenamerDetach()
		if err != nil {
			return nil, err
		}
		return p.leave(detached)
	case *syscall.ProcessAfterPath14:
		detached, err := s.SendRenamerDetach()
		if err != nil {
			return nil, err
		}
		return p.leave(detached)
	}
	return p.answer(s)
}

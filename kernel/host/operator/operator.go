// Package operator is who asks the kernel for programs on a host: the command.
package operator

import (
	"context"

	"github.com/protoc-os/protoc-os/protocols/boot"
)

// Run launches the pipelines one after the other and waits until so many jobs have ended as there are programs in them; ended is told of each, by its
// number, with which code. When all have, Run calls done and goes on until it is stopped.
func Run(pipelines [][]byte, jobs int, ended func(job, code uint32), done func()) boot.OperatorFunc {
	return func(_ context.Context, s boot.OperatorOperating) error {
		left := jobs
		heard := func(job, code uint32) {
			ended(job, code)
			if left--; left == 0 {
				done()
			}
		}
		for len(pipelines) > 0 {
			launch, err := s.Launch()
			if err != nil {
				return err
			}
			o, err := launch.Choose()
			if err != nil {
				return err
			}
			switch o := o.(type) {
			case *boot.OperatorAfterLaunchSentLaunch:
				if s, err = o.Next.SendInitLaunch(pipelines[0]); err != nil {
					return err
				}
				pipelines = pipelines[1:]
			case *boot.OperatorAfterLaunchExited:
				s = o.Next
				heard(o.Job, o.Code)
			}
		}
		for {
			wait, err := s.Wait()
			if err != nil {
				return err
			}
			m, err := wait.ReceiveInit()
			if err != nil {
				return err
			}
			s = m.Next
			heard(m.Job, m.Code)
		}
	}
}

package worker

import "errors"

// launcher starts the processes of a pool in the best way that this machine allows, which the first process finds out. It is not safe for concurrent use.
type launcher struct {
	config  *Config
	spawner spawner // nil before the first process
	sandbox Sandbox // of the first process
}

// start starts a process, waits until it is ready, and refuses it if it is less confined than is demanded.
func (l *launcher) start() (*process, error) {
	if l.spawner != nil {
		p, _, err := l.startWith(l.spawner)
		return p, err
	}
	var failed error
	for _, make := range spawners(l.config.Spawner) {
		s, err := make()
		if err != nil {
			failed = errors.Join(failed, err)
			continue
		}
		p, sandbox, err := l.startWith(s)
		if err == nil {
			l.spawner, l.sandbox = s, sandbox
			return p, nil
		}
		s.close()
		failed = err // the last way needs the least, and its error says most
	}
	return nil, failed
}

func (l *launcher) startWith(s spawner) (*process, Sandbox, error) {
	p, sandbox, err := start(s, l.config)
	if err != nil {
		return nil, Sandbox{}, err
	}
	return p, sandbox, nil
}

func (l *launcher) close() {
	if l.spawner != nil {
		l.spawner.close()
	}
}

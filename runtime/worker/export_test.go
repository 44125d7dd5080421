package worker

// ServeWithFilter is [Serve] with tasks, confined as a process is that has none: a forbidden system call ends it.
func ServeWithFilter(fd int, tasks map[string]Task) error { return serve(fd, tasks, false) }

// Processes are the ids of a tenant's worker processes.
func (p *Pool) Processes(tenant string) []int {
	p.mu.Lock()
	defer p.mu.Unlock()
	var ids []int
	if t, ok := p.tenants[tenant]; ok {
		for _, w := range t.workers {
			ids = append(ids, w.cmd.Process.Pid)
		}
	}
	return ids
}

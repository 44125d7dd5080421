package bolt

import (
	"context"

	bbolt "go.etcd.io/bbolt"
)

// edit is one caller's part of a write transaction.
type edit struct {
	tx    *bbolt.Tx
	quota int64 // of each tenant, in bytes
	wrote bool
	// unbounded lets a tenant pass its quota: what takes something back must not fail for want of a few bytes.
	unbounded bool
}

func (e *edit) bucket(name []byte) *bbolt.Bucket { return e.tx.Bucket(name) }

func (e *edit) put(bucket, key, value []byte) error {
	e.wrote = true
	if err := e.count(bucket, key, value); err != nil {
		return err
	}
	return e.tx.Bucket(bucket).Put(key, value)
}

func (e *edit) delete(bucket, key []byte) error {
	e.wrote = true
	if err := e.discount(bucket, key); err != nil {
		return err
	}
	return e.tx.Bucket(bucket).Delete(key)
}

// writer runs the edits of concurrent callers in shared transactions, because a transaction costs two syncs whatever is in it. bbolt's own Batch does the same but
// makes the first caller wait for company; here those who wait are simply taken together when the disk is free again.
type writer struct {
	db      *bbolt.DB
	quota   int64
	jobs    chan *job
	closing chan struct{}
	done    chan struct{}
}

type job struct {
	ctx    context.Context
	apply  func(*edit) error
	result chan error
}

const maxJobs = 256

func newWriter(db *bbolt.DB, quota int64) *writer {
	w := &writer{db: db, quota: quota, jobs: make(chan *job), closing: make(chan struct{}), done: make(chan struct{})}
	go w.run()
	return w
}

// do runs apply in a write transaction and returns once that is on disk. If apply returns an error, nothing of it is written and the error is returned as
// it is; the edits of others are not affected. apply may run several times and must not wait for anything.
func (w *writer) do(ctx context.Context, apply func(*edit) error) error {
	j := &job{ctx: ctx, apply: apply, result: make(chan error, 1)}
	select {
	case <-w.closing: // first, because the choice below is random
		return ErrClosed
	default:
	}
	select {
	case w.jobs <- j:
		return <-j.result
	case <-ctx.Done():
		return ctx.Err()
	case <-w.closing:
		return ErrClosed
	}
}

// close waits for the transaction at work. It must be called once.
func (w *writer) close() {
	close(w.closing)
	<-w.done
}

func (w *writer) run() {
	defer close(w.done)
	for {
		select {
		case j := <-w.jobs:
			w.commit(w.gather(j))
		case <-w.closing:
			return
		}
	}
}

// gather returns the first job and all others whose callers wait already.
func (w *writer) gather(first *job) []*job {
	jobs := []*job{first}
	for len(jobs) < maxJobs {
		select {
		case j := <-w.jobs:
			jobs = append(jobs, j)
		default:
			return jobs
		}
	}
	return jobs
}

// commit runs the jobs in one transaction. One that fails halfway is taken out and run again alone: a transaction cannot be undone in part.
func (w *writer) commit(jobs []*job) {
	for {
		failed := w.try(jobs)
		if failed < 0 {
			return
		}
		w.try(jobs[failed : failed+1])
		jobs = append(jobs[:failed:failed], jobs[failed+1:]...)
	}
}

// try runs the jobs in a transaction and answers them all, or none and returns the index of the one that failed after it wrote. A job that is alone is always answered.
func (w *writer) try(jobs []*job) (failed int) {
	tx, err := w.db.Begin(true)
	if err != nil {
		return answer(jobs, func(int) error { return err })
	}
	defer tx.Rollback() // does nothing after a commit

	results := make([]error, len(jobs))
	wrote := false
	for i, j := range jobs {
		e := &edit{tx: tx, quota: w.quota}
		if results[i] = j.ctx.Err(); results[i] == nil {
			results[i] = j.apply(e)
		}
		if results[i] != nil && e.wrote {
			if len(jobs) > 1 {
				return i
			}
			return answer(jobs, func(int) error { return results[0] })
		}
		wrote = wrote || e.wrote
	}
	if wrote {
		if err := tx.Commit(); err != nil {
			// Also for those who were refused: perhaps because of what now did not happen.
			return answer(jobs, func(int) error { return err })
		}
	}
	return answer(jobs, func(i int) error { return results[i] })
}

func answer(jobs []*job, result func(i int) error) int {
	for i, j := range jobs {
		j.result <- result(i)
	}
	return -1
}

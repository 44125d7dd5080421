package audit

import "context"

// Store keeps execution records in blocks, one file or partition per UTC day.
type Store interface {
	// WriteRecords stores records durably: when it returns nil they survive a power cut. batch identifies the records over a repeated
	// call with the same ones after a crash: a batch that is stored already is not stored twice. A record
	// belongs to the UTC day of its time, however late it comes.
	WriteRecords(ctx context.Context, batch string, records []Record) error
	// Records reads a tenant's records that pass the filter, newest first (by time, then id), and the cursor for the page after them (empty on the last).
	// The cursor keeps its place while records arrive. One that is no such cursor is catalog.InvalidErrors.
	Records(ctx context.Context, tenant string, filter Filter) ([]Record, string, error)
	// Statistics answers a question from the figures of a tenant, which are counted with the records, in the same write. The error is [ErrTooManyPoints] if there would be more than [MaxPoints].
	Statistics(ctx context.Context, tenant string, q Question) ([]Course, error)
	// Retain removes records and figures of whole days before the given day (as 2006-01-02, UTC).
	Retain(ctx context.Context, firstDay string) error
}

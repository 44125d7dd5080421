package audit

import "context"

// Store keeps execution records in blocks, one file or partition per UTC day.
type Store interface {
	// WriteRecords stores records durably: when it returns nil they survive a power cut. batch identifies the records over a repeated
	// call with the same ones after a crash: a batch that is stored already is not stored twice.
	WriteRecords(ctx context.Context, batch string, records []Record) error
	// Records reads a tenant's records that pass the filter, newest first, and the cursor for the page after them (empty on the last).
	Records(ctx context.Context, tenant string, filter Filter) ([]Record, string, error)
	// Retain removes whole days before the given day (as 2006-01-02, UTC).
	Retain(ctx context.Context, firstDay string) error
}

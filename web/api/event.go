package api

import "encoding/json"

// EventsType is the media type of an answer that tells of progress first: one [StreamEvent] on each line.
const EventsType = "application/x-ndjson"

// StreamEvent is a line of such an answer. Exactly one member is there. The last line, and no other, has the answer or the problem.
type StreamEvent struct {
	Progress *Progress       `json:"progress,omitempty" doc:"How far the work is. It is news that may be outdated, or missing."`
	Answer   json.RawMessage `json:"answer,omitzero" doc:"The answer, as it would be without the events."`
	Problem  *Problem        `json:"problem,omitempty" doc:"Why there is no answer. The status is in it: that of the HTTP answer was sent before the work had ended."`
}

// Progress says how far the work is.
type Progress struct {
	Stage   string `json:"stage" enum:"stage" doc:"What is being done: wait, until others have been served; resolve, the ranges of the dependencies; download; unpack; bundle; run; store."`
	Package string `json:"package,omitempty" doc:"The package that is being worked on, as name or name@version."`
	Done    int    `json:"done,omitzero" doc:"How many packages of this stage are done."`
	Total   int    `json:"total,omitzero" doc:"How many there are; absent where that is not known beforehand."`
	Bytes   int64  `json:"bytes,omitzero" doc:"download: how many bytes have come so far."`
}

package audit

// ReadSegment is open to the fuzz test, which is too slow, and too unsteady in what it covers, through the goroutines and files of a recorder.
var ReadSegment = readSegment

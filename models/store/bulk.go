package store

import "cmp"

// Bulk says how long lists take effect.
type Bulk struct {
	// ListRows is how many rows a list may have that takes effect in one transaction; a
	// longer one takes effect as a job.
	ListRows int
	// PartRows is how many rows one part of a job has at most.
	PartRows int
	// Share is the percentage of the time in which a worker does parts of a job on a whole
	// province. It rests the other time, for those who decide meanwhile.
	Share int
}

// DefaultBulk is what architecture and measurements ask for: a part of five hundred rows
// ends within seconds.
func DefaultBulk() Bulk { return Bulk{ListRows: 2000, PartRows: 500, Share: 25} }

func (b Bulk) orDefault() Bulk {
	d := DefaultBulk()
	return Bulk{ListRows: cmp.Or(b.ListRows, d.ListRows), PartRows: cmp.Or(b.PartRows, d.PartRows), Share: cmp.Or(b.Share, d.Share)}
}

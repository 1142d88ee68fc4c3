package files

import "errors"

var (
	errScanEnds = errors.New("the coded data ends")
	errScanCode = errors.New("no code of the table")
)

// jpegTable is a table of Huffman codes (ITU-T T.81, annexes C and F.2.2.3).
type jpegTable struct {
	defined bool
	values  []byte
	least   [17]int32 // the first code of each length
	most    [17]int32 // the last, or -1
	first   [17]int32 // where the values of a length begin
}

// readJPEGTable reads one table of a segment; ok is false when it is none.
func readJPEGTable(body []byte) (t jpegTable, rest []byte, ok bool) {
	if len(body) < 16 {
		return t, nil, false
	}
	code, total := int32(0), int32(0)
	for length := 1; length <= 16; length++ {
		n := int32(body[length-1])
		t.least[length], t.most[length], t.first[length] = code, code+n-1, total
		if n == 0 {
			t.most[length] = -1
		}
		code, total = (code+n)<<1, total+n
	}
	if total > 256 || int(total) > len(body)-16 {
		return t, nil, false
	}
	t.values, t.defined = body[16:16+total], true
	return t, body[16+total:], true
}

// ofZeros gives the value whose code is all zeros: the first one.
func (t *jpegTable) ofZeros() byte {
	if len(t.values) == 0 {
		return 0
	}
	return t.values[0]
}

// jpegBits reads coded data bit by bit, up to a marker.
type jpegBits struct {
	data []byte
	held uint64
	n    int // bits held
}

// fill holds at least 16 bits, if there are as many before a marker.
func (b *jpegBits) fill() {
	for b.n <= 48 && len(b.data) > 0 {
		next, used := b.data[0], 1
		if next == 0xff {
			for used < len(b.data) && b.data[used] == 0xff {
				used++ // fills
			}
			if used >= len(b.data) || b.data[used] != 0 {
				return
			}
			used++
		}
		b.held, b.n, b.data = b.held<<8|uint64(next), b.n+8, b.data[used:]
	}
}

// bits reads up to 16 bits.
func (b *jpegBits) bits(n int) (int32, error) {
	if b.n < n {
		if b.fill(); b.n < n {
			return 0, errScanEnds
		}
	}
	b.n -= n
	return int32(b.held >> b.n & (1<<n - 1)), nil //nolint:gosec // at most 16 bits
}

// value reads one code.
func (b *jpegBits) value(t *jpegTable) (byte, error) {
	if b.n < 16 {
		b.fill()
	}
	for length := 1; length <= min(16, b.n); length++ {
		code := int32(b.held >> (b.n - length) & (1<<length - 1)) //nolint:gosec // at most 16 bits
		if code <= t.most[length] {
			if code < t.least[length] {
				return 0, errScanCode
			}
			b.n -= length
			return t.values[t.first[length]+code-t.least[length]], nil
		}
	}
	if b.n < 16 {
		return 0, errScanEnds
	}
	return 0, errScanCode
}

// restart goes behind the next restart marker.
func (b *jpegBits) restart() error {
	b.held, b.n = 0, 0
	for i := 0; i+1 < len(b.data); i++ {
		if b.data[i] == 0xff && b.data[i+1] >= jpegRST0 && b.data[i+1] <= jpegRST7 {
			b.data = b.data[i+2:]
			return nil
		}
	}
	return errScanEnds
}

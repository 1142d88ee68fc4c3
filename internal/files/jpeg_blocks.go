package files

import (
	"context"
	"errors"
)

// follow goes through all blocks of a scan (ITU-T T.81, annexes A.2 and F.2).
func (p *jpegPicture) follow(ctx context.Context, s *jpegScan) error {
	h, v := p.largest()
	across, down := ceil(p.width, 8*h), ceil(p.height, 8*v) // units of all components
	for i := range s.parts {
		if part := s.parts[i]; p.progressive && part.blocks == nil {
			part.wide = across * part.h
			part.blocks = make([]uint64, part.wide*down*part.v)
		}
	}
	single := len(s.parts) == 1
	if single { // units are the blocks of the component alone
		part := s.parts[0]
		across, down = ceil(ceil(p.width*part.h, h), 8), ceil(ceil(p.height*part.v, v), 8)
	}
	for unit := range across * down {
		if p.interval > 0 && unit > 0 && unit%p.interval == 0 {
			s.run = 0
			if err := s.bits.restart(); err != nil {
				return cutJPEG()
			}
		}
		if unit%across == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if err := s.unit(unit%across, unit/across, single); errors.Is(err, errScanEnds) {
			return cutJPEG()
		} else if err != nil {
			return damagedJPEG()
		}
	}
	return nil
}

// unit reads the blocks that stand together.
func (s *jpegScan) unit(x, y int, single bool) error {
	for i, part := range s.parts {
		h, v := part.h, part.v
		if single {
			h, v = 1, 1
		}
		for k := range h * v {
			var none uint64
			block := &none
			if s.progressive {
				block = &part.blocks[(y*v+k/h)*part.wide+x*h+k%h]
			}
			if err := s.block(block, s.dc[i], s.ac[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

// block reads what the scan says about one block.
func (s *jpegScan) block(block *uint64, dc, ac *jpegTable) error {
	k := s.start
	if k == 0 {
		if s.high > 0 {
			_, err := s.bits.bits(1)
			return err
		}
		size, err := s.bits.value(dc)
		if err != nil {
			return err
		}
		if size > 16 {
			return errScanCode
		}
		if _, err := s.bits.bits(int(size)); err != nil {
			return err
		}
		k = 1
	}
	if k > s.end {
		return nil
	}
	if s.high > 0 {
		return s.refine(block, ac, k)
	}
	return s.coefficients(block, ac, k)
}

// endOfBlocks reads for how many blocks nothing more comes.
func (s *jpegScan) endOfBlocks(size int) error {
	more, err := s.bits.bits(size)
	s.run = 1<<size + int(more)
	return err
}

// coefficients reads the coefficients of a block from k on.
func (s *jpegScan) coefficients(block *uint64, ac *jpegTable, k int) error {
	if s.run > 0 {
		s.run--
		return nil
	}
	for ; k <= s.end; k++ {
		value, err := s.bits.value(ac)
		if err != nil {
			return err
		}
		zeros, size := int(value>>4), int(value&15)
		switch {
		case size > 0:
			if k += zeros; k > s.end {
				return nil // as readers do
			}
			if _, err := s.bits.bits(size); err != nil {
				return err
			}
			*block |= 1 << k
		case zeros < 15:
			err := s.endOfBlocks(zeros)
			s.run--
			return err
		default:
			k += 15
		}
	}
	return nil
}

// refine reads one more bit of the coefficients of a block (annex G.1.2.3).
func (s *jpegScan) refine(block *uint64, ac *jpegTable, k int) error {
	for s.run == 0 && k <= s.end {
		value, err := s.bits.value(ac)
		if err != nil {
			return err
		}
		zeros, size := int(value>>4), int(value&15)
		switch {
		case size > 1:
			return errScanCode
		case size == 1:
			if _, err := s.bits.bits(1); err != nil { // its sign
				return err
			}
		case zeros < 15:
			if err := s.endOfBlocks(zeros); err != nil {
				return err
			}
			zeros = -1
		}
		if zeros < 0 {
			break
		}
		if k, err = s.correct(*block, k, zeros); err != nil {
			return err
		}
		if size == 1 && k <= s.end {
			*block |= 1 << k
		}
		k++
	}
	if s.run == 0 {
		return nil
	}
	s.run--
	_, err := s.correct(*block, k, 64)
	return err
}

// correct reads a bit for each coefficient that is not zero, over so many zeros; it
// gives the place of the zero behind them.
func (s *jpegScan) correct(block uint64, k, zeros int) (int, error) {
	for ; k <= s.end; k++ {
		if block>>k&1 == 1 {
			if _, err := s.bits.bits(1); err != nil {
				return k, err
			}
			continue
		}
		if zeros == 0 {
			break
		}
		zeros--
	}
	return k, nil
}

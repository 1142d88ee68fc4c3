package store

import (
	"context"
	"sync"
	"time"

	"github.com/google/uuid"
)

// moved is the channel of PostgreSQL on which triggers say whose lists have moved, when the
// transaction that moved them has ended. It carries opaque IDs only.
const moved = "xueji_moved"

// bell passes on what triggers say to those who listen in this process, over one connection
// of the pool that is taken only while a page listens.
type bell struct {
	mu     sync.Mutex
	rings  map[*Ring]bool
	stop   context.CancelFunc // of the connection; nil while there is none
	silent bool               // the process ends
}

// Ring is a listener: C gets a word when something of its IDs has moved, and is closed when
// the process ends. Words that the listener has not taken yet become one.
type Ring struct {
	C    chan struct{}
	of   *bell
	ids  []uuid.UUID
	once sync.Once
}

// Hear listens to what moves for some IDs: offices, and sessions that end. It is to be
// closed. After a fault of the connection every listener gets a word, because something may
// have been missed.
func (s *Store) Hear(ids ...uuid.UUID) *Ring {
	r := &Ring{C: make(chan struct{}, 1), of: s.bell, ids: ids}
	b := s.bell
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.silent {
		r.end()
		return r
	}
	b.rings[r] = true
	if b.stop == nil {
		ctx, cancel := context.WithCancel(context.Background())
		b.stop = cancel
		go s.listen(ctx)
	}
	return r
}

// Close ends the listening.
func (r *Ring) Close() {
	r.of.mu.Lock()
	defer r.of.mu.Unlock()
	delete(r.of.rings, r)
	if len(r.of.rings) == 0 && r.of.stop != nil {
		r.of.stop()
		r.of.stop = nil
	}
}

func (r *Ring) end() { r.once.Do(func() { close(r.C) }) }

// Hush ends all listening for good, so that answers that wait for a word end too.
func (s *Store) Hush() {
	s.bell.mu.Lock()
	defer s.bell.mu.Unlock()
	s.bell.silent = true
	for r := range s.bell.rings {
		r.end()
	}
	if s.bell.stop != nil {
		s.bell.stop()
		s.bell.stop = nil
	}
	clear(s.bell.rings)
}

// ring gives a word to the listeners of an ID; with the nil ID, to all of them.
func (b *bell) ring(id uuid.UUID) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for r := range b.rings {
		for _, own := range r.ids {
			if id == own || id == uuid.Nil {
				select {
				case r.C <- struct{}{}:
				default: // it has a word already
				}
			}
		}
	}
}

const bellPause = time.Second // between two attempts to listen

// listen holds a connection and passes on what it hears, until the last listener has left.
func (s *Store) listen(ctx context.Context) {
	for {
		s.listenOnce(ctx)
		select {
		case <-ctx.Done():
			return
		case <-time.After(bellPause):
		}
	}
}

func (s *Store) listenOnce(ctx context.Context) {
	pooled, err := s.pool.Acquire(ctx)
	if err != nil {
		return
	}
	// The connection listens, so it does not go back into the pool, and takes no place in it.
	conn := pooled.Hijack()
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	if _, err := conn.Exec(ctx, "LISTEN "+moved); err != nil {
		return
	}
	s.bell.ring(uuid.Nil)
	for {
		said, err := conn.WaitForNotification(ctx)
		if err != nil {
			return
		}
		if id, err := uuid.Parse(said.Payload); err == nil && id != uuid.Nil {
			s.bell.ring(id)
		}
	}
}

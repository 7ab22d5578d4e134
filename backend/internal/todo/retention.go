package todo

import (
	"context"
	"time"
)

// Retention is how long things are kept that nobody deletes.
type Retention struct {
	Conversations time.Duration // after the last turn; 0 keeps them all
	Keys          time.Duration // the answers of KeyStore
}

// Expirer removes what is too old.
type Expirer interface {
	// RemoveExpired removes everything that is kept for no longer, and tells how
	// much that was. Replicas may call it at the same time: one does the work.
	RemoveExpired(ctx context.Context, keep Retention) (removed int64, err error)
}

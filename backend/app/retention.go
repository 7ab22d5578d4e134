package app

import (
	"context"
	"math/rand/v2"
	"time"

	"todo-chatbot/backend/internal/todo"
)

const (
	// retentionEvery is how often a replica removes what is too old.
	retentionEvery = time.Hour
	// retentionTimeout bounds one round; what it leaves, the next one removes.
	retentionTimeout = 5 * time.Minute
)

// removeExpired removes what is too old, again and again until ctx is done.
// Replicas that started together do not do it together.
func (a *App) removeExpired(ctx context.Context) {
	keep := todo.Retention{Conversations: a.cfg.RetentionConversations, Keys: a.cfg.RetentionKeys}
	for wait := rand.N(retentionEvery); ; wait = retentionEvery { //nolint:gosec // chance here, not secrecy
		round := time.NewTimer(wait)
		select {
		case <-round.C:
		case <-ctx.Done():
			round.Stop()
			return
		}
		limited, cancel := context.WithTimeout(ctx, retentionTimeout)
		removed, err := a.db.RemoveExpired(limited, keep)
		cancel()
		if err != nil && ctx.Err() == nil {
			a.log.WarnContext(ctx, "what is too old was not removed", "error", err)
		}
		if removed > 0 {
			a.log.InfoContext(ctx, "removed what is too old", "rows", removed)
		}
	}
}

package agent

import "time"

// SetTurnLimit lets a test wait less than a user would.
func (a *Agent) SetTurnLimit(limit time.Duration) { a.limits.Turn = limit }

// SetTokenLimits lets a test use less than a user would.
func (a *Agent) SetTokenLimits(turn, day int64) { a.limits.TurnTokens, a.limits.DayTokens = turn, day }

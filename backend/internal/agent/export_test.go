package agent

import "time"

// SetTurnLimit lets a test wait less than a user would.
func (a *Agent) SetTurnLimit(limit time.Duration) { a.limits.Turn = limit }

package todo

import "context"

// Subject is what a change is about.
type Subject string

// The subjects of changes.
const (
	SubjectTask         Subject = "task"
	SubjectConversation Subject = "conversation"
)

// Change is something that happened to a user's tasks or conversations,
// whoever did it. ID grows with time.
type Change struct {
	ID        int64
	UserID    string
	Subject   Subject
	SubjectID int64
	Action    string // created, updated or deleted
}

// ChangeStore keeps changes for a day.
type ChangeStore interface {
	// ChangesAfter returns at most limit changes after one, in order, of one
	// user or, for "", of all. A change that an unfinished transaction may still
	// get in front of is not among them; more says that there are such, or more
	// than limit.
	ChangesAfter(ctx context.Context, userID string, after int64, limit int) (changes []Change, more bool, err error)
	// LastChange is the id of the last change there is, 0 without any; kept is
	// that of the first that is still known.
	LastChange(ctx context.Context) (last, kept int64, err error)
	// AwaitChange returns when something may have changed, or when ctx is done.
	// An error says that it cannot listen just now.
	AwaitChange(ctx context.Context) error
}

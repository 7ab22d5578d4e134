package todo

import "context"

// maxIdempotencyKey is the longest key that a client may give, in bytes.
const maxIdempotencyKey = 200

// KeyedRequest is a request that happens once, however often it is sent.
type KeyedRequest struct {
	UserID      string
	Key         string // the user's own; two users may have the same
	Fingerprint []byte // differs between requests that differ
}

// Validate names the field that breaks a rule, as an error of CodeInvalid.
func (r *KeyedRequest) Validate() error {
	var v Invalid
	checkText(&v, "Idempotency-Key", r.Key, 1, maxIdempotencyKey)
	return v.Err()
}

// KeyStore keeps the answers of requests under their keys.
type KeyStore interface {
	// Once calls do in a transaction, which rides in do's context, and stores
	// its answer there too. If the request was done before it returns that
	// answer instead; if it is being done just now it waits for the end. An
	// error of do undoes everything, and leaves the key free.
	//
	// CodeConflict: the key belongs to another request.
	Once(ctx context.Context, request KeyedRequest, do func(context.Context) (answer []byte, err error)) (answer []byte, again bool, err error)
}

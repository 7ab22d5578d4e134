package auth

import (
	"context"
	"fmt"
	"runtime"

	"github.com/alexedwards/argon2id"
)

// hashing follows OWASP's first choice for argon2id: 19 MiB, two passes, one
// lane (Password Storage Cheat Sheet). The hash names its own parameters
// (PHC string format), so that a change here leaves old passwords valid.
var hashing = &argon2id.Params{Memory: 19 * 1024, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}

// passwords hashes and checks passwords, at most one a core at a time, so that
// a burst of sign-ins costs time but not the pod's memory.
type passwords struct{ slots chan struct{} }

// decoy is checked where an account does not exist, so that the time of the
// answer does not tell. It is the hash of a random text that nobody kept,
// written down because hashing at each start would cost 19 MiB.
const decoy = "$argon2id$v=19$m=19456,t=2,p=1$ezBS1k3fZQRSHXsKgPqwTA$AwdR03tx/DqeitaHfX78Yoi4byOcGRPyTBK7te9zp3s"

func newPasswords() *passwords {
	return &passwords{slots: make(chan struct{}, runtime.GOMAXPROCS(0))}
}

func (p *passwords) acquire(ctx context.Context) error {
	select {
	case p.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("wait to hash a password: %w", ctx.Err())
	}
}

func (p *passwords) release() { <-p.slots }

func (p *passwords) hash(ctx context.Context, password string) (string, error) {
	if err := p.acquire(ctx); err != nil {
		return "", err
	}
	defer p.release()
	hash, err := argon2id.CreateHash(password, hashing)
	if err != nil {
		return "", fmt.Errorf("hash password: %w", err)
	}
	return hash, nil
}

func (p *passwords) matches(ctx context.Context, password, hash string) (bool, error) {
	if err := p.acquire(ctx); err != nil {
		return false, err
	}
	defer p.release()
	ok, err := argon2id.ComparePasswordAndHash(password, hash)
	if err != nil {
		return false, fmt.Errorf("check password: %w", err)
	}
	return ok, nil
}

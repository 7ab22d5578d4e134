// Package api is the backend's HTTP contract as Go sees it: the wire types,
// the table of error codes, and the client that every caller in this
// repository uses. It imports nothing of the backend, so that the frontend,
// the end-to-end tests and the tools can depend on it alone.
package api

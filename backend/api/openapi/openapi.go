// Package openapi holds the backend's written contract: for programs as
// OpenAPI 3.1, and for people as a page made from it.
package openapi

import _ "embed"

// Document is the contract, in YAML.
//
//go:embed openapi.yaml
var Document []byte

// Page is the contract as a page without scripts, which needs nothing besides.
//
//go:embed docs.html
var Page []byte

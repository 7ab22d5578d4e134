# Every command of this repository. `make help` lists them.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

BIN := $(CURDIR)/.bin
GOLANGCI_LINT_VERSION := v2.15.0
HELM_VERSION := v3.22.0
# What Helm's own build sets: the Kubernetes that it renders and lints for.
HELM_LDFLAGS := $(foreach package,chartutil lint/rules,-X helm.sh/helm/v3/pkg/$(package).k8sVersionMajor=1 -X helm.sh/helm/v3/pkg/$(package).k8sVersionMinor=37)
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LDFLAGS := -s -w -X todo-chatbot/backend/app.Version=$(VERSION) -X todo-chatbot/frontend/app.Version=$(VERSION)

# The race detector needs a C compiler; CI must have one.
RACE := $(if $(or $(CI),$(shell command -v gcc || command -v clang)),-race)

ASSETS := frontend/internal/static/dist/app.js
ASSET_SOURCES := $(shell find frontend/internal/static/js frontend/internal/static/css -type f) \
	frontend/internal/static/favicon.svg frontend/package.json frontend/package-lock.json

## — Use —

.PHONY: help
help: ## List the commands
	@awk 'BEGIN {FS = ":.*## "} /^## — / {gsub(/^## — | —$$/, ""); printf "\n\033[1m%s\033[0m\n", $$0} /^[a-z0-9-]+:.*## / {printf "  \033[36m%-10s\033[0m %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: run
run: assets ## Run everything on this machine, with reload; Ctrl-C stops it
	@echo 'Building; the first time takes a minute or two.'
	@go build -o $(BIN)/dev ./dev && exec $(BIN)/dev

.PHONY: demo
demo: ## Fill an account with a list and conversations, in what runs on port 8000
	@go run ./tools/demo

.PHONY: build
build: assets ## Build both programs into .bin/
	CGO_ENABLED=0 go build -trimpath -ldflags '$(LDFLAGS)' -o $(BIN)/backend ./backend
	CGO_ENABLED=0 go build -trimpath -ldflags '$(LDFLAGS)' -o $(BIN)/frontend ./frontend

## — Check —

.PHONY: test
test: assets $(if $(CI),$(BIN)/helm) ## Run all tests: unit, integration on PostgreSQL, and in a browser
	@$(if $(RACE),,echo "No C compiler here: the tests run without the race detector. Install gcc to have it." >&2)
	go test $(RACE) ./...

.PHONY: eval
eval: ## Measure how well the assistant understands: the built-in rules, or a model with OPENAI_MODEL
	@go run ./tools/eval $(if $(REPLAY),-replay '$(REPLAY)')

.PHONY: eval-record
eval-record: ## Store a model's answers, so that CI replays them (needs OPENAI_MODEL)
	@go run ./tools/eval -quiet -record backend/evaluate/testdata/$(subst /,-,$(OPENAI_MODEL)).jsonl

.PHONY: lint
lint: $(BIN)/golangci-lint-$(GOLANGCI_LINT_VERSION) ## Run the linters and check what may import what
	$< run ./...
	@if go list -deps ./frontend/... | grep -E '^todo-chatbot/backend/|jackc/pgx' | grep -v '^todo-chatbot/backend/api$$'; then \
		echo "The frontend must not depend on the packages above: it talks to the backend through backend/api alone." >&2; exit 1; fi

.PHONY: verify
verify: ## Check that generated files are fresh
	go mod tidy -diff
	go mod verify
	go tool templ fmt -fail frontend dev
	go run ./tools/chartdocs -check
	go run ./tools/apidocs -check
	go run ./tools/tooldocs -check
	@fingerprint() { git ls-files -co --exclude-standard '*_templ.go' | git hash-object --stdin-paths; }; \
	before=$$(fingerprint); $(MAKE) generate; \
	if [ "$$before" != "$$(fingerprint)" ]; then \
		echo "Generated files were stale; they are fresh now: commit them." >&2; exit 1; fi

.PHONY: bench-loop
bench-loop: assets ## Measure the inner loop, and write docs/benchmarks.md
	@go build -o $(BIN)/benchloop ./tools/benchloop && exec $(BIN)/benchloop -write $(ARGS)

.PHONY: fmt
fmt: $(BIN)/golangci-lint-$(GOLANGCI_LINT_VERSION) ## Format Go and templ
	$< fmt ./...
	go tool templ fmt frontend

## — Kubernetes —

.PHONY: up
up: ## Deploy to Minikube, started if there is none, and print the URL
	@tools/k8s/up

.PHONY: dev
dev: ## Save a file, see it live in the cluster, by Skaffold; Ctrl-C removes it
	@exec tools/k8s/dev $(ARGS)

.PHONY: tilt
tilt: ## The same by Tilt; ARGS=ci tests once, ARGS=down removes it
	@exec tools/k8s/dev tilt $(ARGS)

.PHONY: debug
debug: ## Both programs in the cluster under Delve, for VS Code to attach to
	@exec tools/k8s/dev debug $(ARGS)

.PHONY: down
down: ## Remove the deployment
	@tools/k8s/down

.PHONY: status
status: ## Pods, rollouts, warnings and the URL on one screen
	@tools/k8s/status

.PHONY: logs
logs: ## Follow the logs of both programs
	@tools/k8s/logs

.PHONY: tools
tools: ## Install Skaffold, Minikube, kubectl, Helm and Tilt into .bin/
	@tools/k8s/tools

.PHONY: e2e
e2e: $(BIN)/helm ## Test the chart on a real cluster: Minikube, or one of our own
	@e2e/run

## — Make —

.PHONY: generate
generate: ## Generate Go from templ
	go tool templ generate -path frontend -log-level error

.PHONY: assets
assets: $(ASSETS) ## Bundle what the browser loads

$(ASSETS): $(ASSET_SOURCES)
	@command -v npm >/dev/null || { echo "npm is missing. Install Node.js 20 or newer: https://nodejs.org" >&2; exit 1; }
	npm --prefix frontend ci --no-audit --no-fund --no-update-notifier --loglevel=error
	npm --prefix frontend run --silent build
	@touch $@

# From source, where `make tools` has not brought it: Go's module proxy is
# reachable everywhere that this repository builds.
$(BIN)/helm:
	GOBIN=$(BIN) go install -ldflags '$(HELM_LDFLAGS)' helm.sh/helm/v3/cmd/helm@$(HELM_VERSION)

$(BIN)/golangci-lint-$(GOLANGCI_LINT_VERSION):
	GOBIN=$(BIN) go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_LINT_VERSION)
	mv $(BIN)/golangci-lint $@

.PHONY: clean
clean: ## Remove what was built; the data of make run stays
	@for folder in $(BIN) frontend/node_modules; do [[ ! -d $$folder ]] || find $$folder -mindepth 1 -delete; done # mount points, in the devcontainer
	find frontend/internal/static/dist -type f ! -name .gitkeep -delete

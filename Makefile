# Durward. `make help` lists the targets.

GO       ?= go
BIN      := bin/durward
LINT     := $(GO) run github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.13.2
FUZZTIME ?= 20s
SOAKTIME ?= 10m

# The tag, or the commit, that is built; empty outside of a checkout, and then the program says "development".
VERSION  ?= $(shell git describe --tags --always --dirty 2>/dev/null)
# Without symbol table and debug information the program is nearly a third smaller; panics still name functions and lines.
LDFLAGS  := -s -w -X main.version=$(VERSION)

.PHONY: help run build ui ui-check test test-ui race lint fmt fmt-check fuzz bench bench-packages bench-rollouts hostile neighbour soak check update

help: ## show this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1|\2/' | column -t -s '|'

run: build ## start the server with a demo tenant, and keep it running
	$(BIN) demo

build: ## build bin/durward, one static binary
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags "$(LDFLAGS)" -o $(BIN) ./cmd/durward

ui: ## build the browser application anew from web/ui (needs Node); commit web/ui/dist
	@GO="$(GO)" ./.ci/ui build

ui-check: ## say whether web/ui/dist is what its sources make (needs Node)
	@GO="$(GO)" ./.ci/ui check

test: ## run the tests; what is skipped, and why, is listed at the end
	@GO="$(GO)" ./.ci/test
	@GO="$(GO)" ./.ci/ui test

test-ui: ## drive the browser application in Debian's chromium (part of test); pictures of every screen are in web/ui/shots
	@GO="$(GO)" ./.ci/ui test

race: ## run the tests under the race detector (needs a C compiler)
	@GO="$(GO)" ./.ci/test -race

lint: ## run the linters
	$(LINT) run

fmt: ## format the code
	gofmt -w $$(git ls-files '*.go')

fmt-check:
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { gofmt -l $$(git ls-files '*.go'); echo 'run: make fmt'; exit 1; }

fuzz: ## run each fuzz test for FUZZTIME (20s)
	@for pkg in $$($(GO) list ./...); do \
	  for target in $$($(GO) test -list '^Fuzz' $$pkg | grep '^Fuzz'); do \
	    echo "$$pkg $$target"; $(GO) test -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 5x $$pkg || exit 1; \
	  done; \
	done

bench: build ## measure execute over HTTP and its parts (see docs/performance.md)
	$(GO) run ./bench -binary $(BIN)
	CGO_ENABLED=0 $(GO) test -run '^$$' -bench . -benchmem ./bench ./cmd/durward ./templates

bench-packages: build ## measure actions that use npm packages (first: npm ci in bundler/npm/matrix)
	$(GO) run ./bench -binary $(BIN) -duration 1s packages

bench-rollouts: build ## measure how soon a revision that is made live answers, how soon a guard takes a candidate back, and the resolving of runs
	$(GO) run ./bench -binary $(BIN) -rounds 5 rollouts
	CGO_ENABLED=0 $(GO) test -run '^$$' -bench Resolve -benchmem ./versions

hostile: ## play the hostile programs on a real server, and show how each family was answered
	$(GO) test ./cmd/durward -run '^TestHostile$$' -count=1 -v

neighbour: build ## measure what a tenant notices of one that runs the hostile programs
	$(GO) run ./bench -binary $(BIN) -duration 1s -rounds 5 neighbour

soak: build ## hostile and honest load for SOAKTIME (10m), and a verdict on what leaks
	$(GO) run ./bench -binary $(BIN) -duration $(SOAKTIME) soak

check: fmt-check ## what every commit passes: formatting, vet, tests
	$(GO) vet ./...
	$(MAKE) test

update: ## rewrite the golden files; read the diff
	$(GO) test $$(git grep -l 'flag.Bool("update"' '*_test.go' | xargs -n1 dirname | sed 's,^,./,' | sort -u) -update

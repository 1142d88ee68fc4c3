# Xueji. The two commands everybody needs:
#
#   make run    start everything on this computer and print where it is
#   make test   check everything, on real servers
#
# Any make and /bin/sh will do, as root or as an ordinary user.

GO = go
# Packages tested at a time: each may start servers of its own.
PARALLEL = 2
# They take longest, so they begin first.
LONG = ./internal/e2e ./internal/e2e/console ./api ./workflows ./internal/demo
# Built with these, tools need no C compiler and no version control.
BUILD = GOFLAGS= GOWORK=off CGO_ENABLED=0 $(GO) build -C tools -buildvcs=false
PINNED = tools/go.mod tools/go.sum
# The race detector watches everything but the hash of passwords: it works on 19 MiB of its own
# memory, shares nothing, and took most of the time of the tests that log people in.
RACE = -race -gcflags=golang.org/x/crypto/argon2=-race=false

.PHONY: run test web vet unit generated generate compiler browser tools lint workflowcheck vulnerabilities bench demo soak clean

# Not "go run": it turns Ctrl-C into a failure.
run: bin/temporal
	@$(GO) build -o bin/xueji ./cmd/xueji
	@exec bin/xueji dev

test: vet generated unit

vet:
	$(GO) vet ./...

unit: compiler browser bin/temporal
	CGO_ENABLED=1 $(GO) test $(RACE) -p $(PARALLEL) -timeout 40m $(LONG) ./...

# What is generated must be what its sources say.
generated:
	@sh tools/generated.sh

generate:
	$(GO) generate ./...

# The race detector needs a C compiler.
compiler:
	@sh tools/compiler.sh

# The tests of the console drive a real browser.
browser:
	@sh tools/browser.sh

# Builds the console from web/src; needs Node 20.19 or later. The result is committed, so
# that everybody else needs no Node. The folder is emptied first.
web:
	@sh tools/node.sh
	cd web && npm ci --no-audit --no-fund && npm run --silent types && npm run --silent check && npm run --silent build
	$(GO) run ./web/stamp >web/dist.sum.new && mv web/dist.sum.new web/dist.sum

# Everything that is pinned in tools/go.mod.
tools: bin/temporal bin/golangci-lint bin/workflowcheck bin/govulncheck

# Written to another name first: a build that was cut off must not look finished.
# Without symbols it is linked faster and is half as large.
bin/temporal: $(PINNED) $(wildcard tools/temporal/*.go)
	@echo "first run: building the Temporal server, takes a few minutes"
	@$(BUILD) -ldflags "-s -w" -o ../bin/temporal.new ./temporal && mv bin/temporal.new $@

bin/golangci-lint: $(PINNED)
	@echo "building the linter"
	@$(BUILD) -o ../bin/golangci-lint.new github.com/golangci/golangci-lint/v2/cmd/golangci-lint && mv bin/golangci-lint.new $@

bin/workflowcheck: $(PINNED)
	@$(BUILD) -o ../bin/workflowcheck.new go.temporal.io/sdk/contrib/tools/workflowcheck && mv bin/workflowcheck.new $@

bin/govulncheck: $(PINNED)
	@$(BUILD) -o ../bin/govulncheck.new golang.org/x/vuln/cmd/govulncheck && mv bin/govulncheck.new $@

lint: bin/golangci-lint
	bin/golangci-lint run --allow-parallel-runners ./...

workflowcheck: bin/workflowcheck
	bin/workflowcheck ./workflows/...

vulnerabilities: bin/govulncheck
	@sh tools/vulnerabilities.sh

bench: bin/temporal
	$(GO) run ./cmd/xueji bench

demo: bin/temporal
	@$(GO) build -o bin/xueji ./cmd/xueji
	@exec bin/xueji demo

# Ten thousand random histories of cases, half of each kind, of which make test plays a
# hundred; every photo broken off at every place, of which it takes two for each; and every
# wrong shape at every place of every body, of which it takes one in four.
soak:
	XUEJI_SOAK=5000 $(GO) test ./activities -run TestRandomHistoriesKeepACaseConsistent -timeout 6h -v
	XUEJI_SOAK=1 $(GO) test ./internal/files -run TestAHalfPhotoWithAnEndMarkIsRefused -v
	XUEJI_SOAK=1 $(GO) test ./api -run TestEveryBodyOfTheDescriptionIsFuzzed -v

# Removes what can be made again. The data of make run stays in var/.
clean:
	rm -rf bin var/test

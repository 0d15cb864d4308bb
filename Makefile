.PHONY: help test check e2e course levels arm64 generate bench bench-torch same docs copy-table build cross fuzz learn

help: ## this list
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/ \t/'

build: ## the static binary
	CGO_ENABLED=0 go build -trimpath -o brick ./cmd/brick

test: ## build, vet, short tests
	go build ./... && go vet ./... && go test -short ./...

check: ## what CI runs
	@test -z "$$(gofmt -l .)" || { gofmt -l .; echo "not gofmt'ed"; exit 1; }
	go vet ./...
	go vet -tags f64 ./...
	go tool staticcheck ./...
	go test ./...
	go test -tags f64 ./grad/... ./nn/... ./optim/... ./model/...
	go test -tags purego ./kernel ./device/...
	$(MAKE) levels
	go test -race -short ./...
	$(MAKE) cross
	$(MAKE) docs && git diff --exit-code docs/ops.md
	$(MAKE) generate && git diff --exit-code kernel

course: ## types of the course's modules, and its formulas; needs Node
	cd course/tools && npm ci --silent && npx tsc -p . && node formulas.mjs --check

e2e: course ## the course in a headless Chromium; minutes. BRICK_SHOTS=dir leaves pictures of every page
	BRICK_E2E=1 go test -vet=off -count=1 -timeout 70m ./course/web ./course/e2e

levels: ## runs, kills and resumes at each level of instructions that this processor has
	@for l in generic neon avx2 avx512; do BRICK_CPU=$$l go run ./cmd/brick version >/dev/null 2>&1 || continue; echo "BRICK_CPU=$$l"; \
		BRICK_CPU=$$l go test -count=1 -short ./train ./generate ./model || exit 1; done

arm64: ## tests of the kernels for arm64, under qemu-user on other processors
	CGO_ENABLED=0 GOARCH=arm64 go test $$(test "$$(go env GOHOSTARCH)" = arm64 || echo -exec qemu-aarch64) -short \
		-skip 'TestAttentionBackEqualsProducts|TestMatMulInParts' ./kernel ./device/cpu

generate: ## the assembly of kernel, from kernel/_asm
	cd kernel && go generate .
	gofmt -l kernel/_asm && cd kernel/_asm && go vet .

cross: ## every platform compiles
	for t in linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64 windows/arm64 js/wasm; do \
		echo $$t; CGO_ENABLED=0 GOOS=$${t%/*} GOARCH=$${t#*/} go build -o /dev/null ./cmd/brick || exit 1; done
	GOOS=linux GOARCH=arm64 go vet ./...

learn: ## an MLP on 60,000 real images must reach 88 % on the test set
	@runs=$$(mktemp -d) && acc=$$(go run ./cmd/brick train mlp --data fashion-mnist --runs $$runs --json 2>/dev/null | tail -1 | \
		sed -n 's/.*"accuracy":\([0-9.]*\).*/\1/p') && rm -rf $$runs && echo "fashion-mnist accuracy $$acc" && \
		awk "BEGIN { exit !($$acc >= 0.88) }"

bench: ## this machine's peaks, then benchmarks of kernels and training steps, with their share of the peak
	go run ./cmd/brick bench peak
	go test -run '^$$' -bench . -benchmem ./bench/... ./kernel/... ./device/... ./grad/... ./model/... ./token/... ./train/...

TORCH =
bench-torch: build ## training steps and products beside PyTorch's, with the ratios that are the goals; TORCH=--quick leaves out the large ones
	python3 bench/torch/compare.py --brick ./brick $(TORCH)

same: ## 20 steps of each tiny model: their losses as bits, to compare two commits
	go test -count 1 -run TestSame -v ./train | grep same:

docs: ## docs/ops.md from the comments of the ops
	go run ./docs/ops > docs/ops.md

copy-table: ## docs/copy.md: what RNNs, LSTMs, GRUs and attention remember at which distance; minutes
	go run ./docs/copy > docs/copy.md

FUZZTIME = 60s
fuzz: ## every reader, FUZZTIME each
	for p in $$(go list ./...); do for f in $$(go test -list '^Fuzz' $$p | grep '^Fuzz'); do \
		echo "$$p $$f"; go test -run '^$$' -fuzz "^$$f$$" -fuzztime $(FUZZTIME) $$p || exit 1; done; done

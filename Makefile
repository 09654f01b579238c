# The commands of the repository. `make help` lists them.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

TARGET := $(or $(CARGO_TARGET_DIR),target)
KENPO := $(TARGET)/debug/kenpo

.PHONY: help demo demo-reset test prove bench openapi policy-matrix fmt build postgres chromium python

help: ## show this list
	@awk -F':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: postgres build ## build, fill and serve a working society with a guided tour; Ctrl-C ends it
	@exec $(KENPO) demo

demo-reset: build ## forget the data of the demo
	@$(KENPO) demo --reset

test: postgres chromium python ## everything that CI does
	cargo fmt --check
	tools/sabotage.sh --check
	cargo clippy --locked --all-targets -- -D warnings
	cargo test --locked
	tools/contract/serve-for-tools.sh tools/contract/run.sh all

prove: postgres chromium ## the long proofs, whole (test runs them shortened); dated results go to docs/proofs
	KENPO_PROVE=1 cargo test --locked
	tools/sabotage.sh

bench: postgres ## measure the work, each figure beside its limit (writes bench.json beside the build); PART="members history" measures these alone
	cargo bench --locked --bench load -- $(PART)

openapi: build ## write the OpenAPI document and the Postman collection anew
	$(KENPO) openapi > openapi/kenpo.v1.json.new
	mv openapi/kenpo.v1.json.new openapi/kenpo.v1.json
	node tools/contract/postman.mjs openapi/kenpo.v1.json postman

policy-matrix: build ## write anew who may do what
	$(KENPO) policy-matrix > policies/matrix.txt.new
	mv policies/matrix.txt.new policies/matrix.txt

fmt: ## format the code
	cargo fmt

build:
	cargo build --locked

# A server of one's own needs no private one.
postgres:
	@[ -n "$${DATABASE_URL:-}" ] && [ "$(MAKECMDGOALS)" = demo ] || scripts/ensure-postgres.sh

chromium:
	@scripts/ensure-chromium.sh

python:
	@scripts/ensure-python.sh

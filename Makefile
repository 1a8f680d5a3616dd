# `make demo` needs Rust only. `make test` installs what else it needs into this checkout.

CARGO ?= cargo
BUILD = $(CARGO) build --locked --workspace
TARGET = $(abspath $(or $(CARGO_TARGET_DIR),target))
OUT ?= laptime-demo
NODE_MODULES = tests/node_modules/.package-lock.json

.DEFAULT_GOAL = help
.PHONY: help demo build test check bench schema clean

help:
	@echo 'make demo    see a report on bundled history, built from signed deliveries'
	@echo 'make test    everything, with what it needs installed into this checkout'
	@echo 'make check   formatting, lints, docs, layers, licences'
	@echo 'make bench   speed and memory against peers and targets'
	@echo 'make schema  write the JSON Schemas in docs/ anew'

demo:
	$(CARGO) build --locked --release -p laptime
	$(TARGET)/release/laptime demo --out $(OUT)

build:
	$(BUILD)

test: $(NODE_MODULES)
	.ci/program chromium chromium-browser google-chrome
	$(BUILD) --all-targets
	$(CARGO) test --locked --workspace --doc
	LAPTIME_PROGRAM=$(TARGET)/debug/laptime \
	LAPTIME_NODE_MODULES=$(abspath tests/node_modules) \
	LAPTIME_CHROMIUM=$$(.ci/program chromium chromium-browser google-chrome) \
	$(CARGO) test --locked --workspace --lib --bins --tests

$(NODE_MODULES): tests/package.json tests/package-lock.json
	@command -v npm >/dev/null || { echo 'make test needs Node.js with npm (Debian: apt-get install npm)' >&2; exit 1; }
	cd tests && npm ci --no-audit --no-fund
	@touch $@

check:
	$(CARGO) fmt --all --check
	$(CARGO) clippy --locked --workspace --all-targets -- -D warnings
	RUSTDOCFLAGS='-D warnings' $(CARGO) doc --locked --workspace --no-deps --document-private-items
	.ci/layers
	@command -v cargo-deny >/dev/null || $(CARGO) install --locked cargo-deny@0.20.2
	$(CARGO) deny --locked check bans licenses sources

schema:
	LAPTIME_UPDATE_SCHEMA=1 $(CARGO) test --locked -p laptime-core schema

bench:
	tests/bench/run

clean:
	$(CARGO) clean
	rm -rf tests/node_modules .venv $(OUT)

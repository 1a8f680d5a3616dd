# `make demo` needs Rust only. `make test` installs what else it needs into this checkout.

CARGO ?= cargo
# One form of building for everything but `make demo`: other features would build all of it anew.
WHOLE = --locked --workspace --features laptime/aws
BUILD = $(CARGO) build $(WHOLE)
TARGET = $(abspath $(or $(CARGO_TARGET_DIR),target))
OUT ?= laptime-demo
NODE_MODULES = tests/node_modules/.package-lock.json
# Python environments: the stand-in for AWS and the template's checks, sam, cargo-lambda with zig.
VENV_AWS = .venv/aws/.installed
VENV_SAM = .venv/sam/.installed
VENV_BUILD = .venv/build/.installed
TEMPLATE = $(abspath infra/build/template.json)
# What the functions run on: arm64 or x86_64.
ARCH ?= arm64
export SAM_CLI_TELEMETRY = 0

.DEFAULT_GOAL = help
.PHONY: help demo build test check template scorecard bench schema units local-aws lambda deploy destroy clean

help:
	@echo 'make demo      see a report on bundled history, built from signed deliveries'
	@echo 'make test      everything, with what it needs installed into this checkout'
	@echo 'make check     formatting, lints, docs, layers, licences'
	@echo 'make scorecard how well changes are told from noise: tests/scorecard/README.md'
	@echo 'make bench     speed and memory against peers and targets'
	@echo 'make schema    write the JSON Schemas in docs/ anew'
	@echo 'make local-aws deploy to a stand-in for AWS on this machine, and show it at work'
	@echo 'make units     count capacity units on DynamoDB anew, for laptime plan'
	@echo 'make lambda    build the AWS functions (ARCH=arm64 or x86_64) into infra/build'
	@echo 'make deploy    build and deploy them to your AWS account; asks the first time'
	@echo 'make destroy   remove them again; asks, and keeps the data'

demo:
	$(CARGO) build --locked --release -p laptime
	$(TARGET)/release/laptime demo --out $(OUT)

build:
	$(BUILD)

test: $(NODE_MODULES) $(TEMPLATE) $(VENV_AWS) $(VENV_SAM)
	.ci/program chromium chromium-browser google-chrome
	.ci/program prometheus
	$(BUILD) --all-targets
	$(CARGO) test $(WHOLE) --doc
	LAPTIME_PROGRAM=$(TARGET)/debug/laptime \
	LAPTIME_FUNCTIONS=$(TARGET)/debug \
	LAPTIME_MINISTACK=$(abspath .venv/aws/bin/ministack) \
	LAPTIME_NODE_MODULES=$(abspath tests/node_modules) \
	LAPTIME_TEMPLATE=$(TEMPLATE) \
	LAPTIME_SAM_PYTHON=$(abspath .venv/sam/bin/python) \
	LAPTIME_CHROMIUM=$$(.ci/program chromium chromium-browser google-chrome) \
	LAPTIME_PROMETHEUS=$$(.ci/program prometheus) \
	$(CARGO) test $(WHOLE) --lib --bins --tests

$(NODE_MODULES): tests/package.json tests/package-lock.json
	@command -v npm >/dev/null || { echo 'make test needs Node.js with npm (Debian: apt-get install npm)' >&2; exit 1; }
	cd tests && npm ci --no-audit --no-fund
	@touch $@

# The template as CloudFormation gets it.
$(TEMPLATE): infra/template.yaml infra/transform.py $(VENV_AWS)
	@mkdir -p $(@D)
	.venv/aws/bin/python infra/transform.py $< >$@.new
	@mv $@.new $@

.venv/%/.installed: infra/requirements/%.txt
	.ci/venv .venv/$* $<

check: template
	$(CARGO) fmt --all --check
	$(CARGO) clippy $(WHOLE) --all-targets -- -D warnings
	RUSTDOCFLAGS='-D warnings' $(CARGO) doc $(WHOLE) --no-deps --document-private-items
	.ci/layers
	@command -v cargo-deny >/dev/null || $(CARGO) install --locked cargo-deny@0.20.2
	$(CARGO) deny --locked check bans licenses sources

template: $(VENV_AWS) $(VENV_SAM)
	.venv/aws/bin/cfn-lint infra/template.yaml
	AWS_DEFAULT_REGION=us-east-1 .venv/sam/bin/sam validate --lint --template-file infra/template.yaml

schema:
	LAPTIME_UPDATE_SCHEMA=1 $(CARGO) test --locked -p laptime-core schema

# Without the AWS SDK; words choose parts, as in `make scorecard PARTS="alarms 1000"`.
scorecard:
	$(CARGO) bench --locked -p laptime-scorecard --bench laptime-scorecard -- $(PARTS)

bench:
	tests/bench/run

units: $(VENV_AWS)
	$(BUILD) --all-targets
	LAPTIME_UPDATE_UNITS=1 LAPTIME_MINISTACK=$(abspath .venv/aws/bin/ministack) \
	$(CARGO) test $(WHOLE) --test integration units::

local-aws: $(VENV_AWS) $(VENV_SAM)
	$(BUILD)
	@.venv/sam/bin/python infra/local.py show $(abspath .venv/aws/bin/ministack) $(TARGET)/debug

lambda: $(VENV_BUILD)
	PATH="$(abspath .venv/build/bin):$$PATH" $(CARGO) lambda build --locked --profile lambda \
	--$(subst _,-,$(ARCH)) --lambda-dir infra/build -p laptime-webhook -p laptime-aggregator -p laptime-reporter

deploy: $(VENV_SAM)
	@.venv/sam/bin/python infra/stack.py check
	$(MAKE) lambda
	@.venv/sam/bin/python infra/stack.py deploy

destroy: $(VENV_SAM)
	@.venv/sam/bin/python infra/stack.py destroy

clean:
	$(CARGO) clean
	rm -rf tests/node_modules .venv infra/build $(OUT)

# Everything runs through uv; `make setup` fetches it into .uv/ when it is not installed.
export PATH := $(PATH):$(CURDIR)/.uv/bin

.DEFAULT_GOAL := help

help: ## show this list
	@awk -F ':.*## ' '/^[a-zA-Z0-9_-]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## install what the template needs into .venv
	@command -v uv > /dev/null || echo "uv is not installed: fetching it into .uv/ with pip"
	@command -v uv > /dev/null || python3 -m pip install --quiet --root-user-action ignore --target .uv uv
	uv sync

demo: setup ## build an agent with default answers and talk with it over each transport
	rm -rf build/demo
	uv run copier copy --quiet --defaults --vcs-ref HEAD "$(CURDIR)" build/demo
	$(MAKE) -C build/demo setup
	cd build/demo && uv run python ../../scripts/demo.py
	@echo "It is in build/demo: have a look."

check: setup ## format, lint and types; changes nothing
	uv run ruff format --check
	uv run ruff check
	uv run mypy

quick: setup ## run the tests that answer within two minutes
	uv run pytest -m "not lab and not living and not slow" --numprocesses auto --dist worksteal $(ARGS)

test: setup ## run the tests, those of rendered agents and of updates included
	uv run pytest -m "not lab" --numprocesses auto --dist worksteal $(ARGS)

bench: setup ## measure an agent beside a bare hello-world of the SDK; ARGS="--help" shows the options
	uv run python benchmarks/compare_hello_world.py $(ARGS)

pictures: setup ## draw the dashboards with live data into docs/images; takes six minutes
	uv run pytest -m pictures $(ARGS)

lab: setup ## run the tests that need real servers or containers
	uv run pytest -m "lab and not pictures" $(ARGS)

.PHONY: help setup demo check quick test bench pictures lab

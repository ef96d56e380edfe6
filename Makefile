# Two cores are enough for all of it. Each target works on a fresh machine:
# scripts/install brings what is missing and stamps what is there.
.PHONY: help run install ready test test-web check format bench bench-plan bench-track torture lock clean

help:
	@echo "make run      install, fill an empty database with the demo, serve"
	@echo "make install  environment, database packages, front end, compiled code"
	@echo "make test     the whole suite on a real PostGIS"
	@echo "make check    format, lint, types, imports, migrations, front-end types"
	@echo "make format   put the code in shape"
	@echo "make bench    figures beside the peer or limit measured in the same run"
	@echo "make bench-plan, bench-track   one part of them"
	@echo "make torture  try every promise the hard way: tries, failures (PROMISES=--short)"
	@echo "make lock     resolve the locked requirements anew"

run: install
	.venv/bin/xunge demo deting

install: ready
	scripts/compile

ready:
	scripts/install

test:
	scripts/install --python
	scripts/test

test-web: ready
	scripts/install --browser
	scripts/test tests/web

check: ready
	scripts/check

format: ready
	.venv/bin/ruff format .
	.venv/bin/ruff check --fix .

bench: install
	scripts/bench

bench-plan: install
	scripts/bench plan

bench-track: install
	scripts/bench track

torture: install
	scripts/install --browser
	.venv/bin/python bench/promises.py $(PROMISES)

lock: ready
	scripts/lock

clean:
	rm -rf .venv maps/web/node_modules maps/web/dist .mypy_cache .ruff_cache .pytest_cache

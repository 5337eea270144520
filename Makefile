# The two commands are `make run` and `make test`; `make help` lists the rest.
.PHONY: help run test lint bench soak faults fmt
.DEFAULT_GOAL := help

help:
	@echo 'make run     install what is missing, build, start the till (RELEASE=1: the optimised build,'
	@echo '             5 minutes instead of 3 the first time; settings: .env, see .env.example)'
	@echo 'make test    install what the tests need, check format and lints, run every test'
	@echo 'make lint    format, lints, unused dependencies, known vulnerabilities'
	@echo 'make bench   the measured claims, each printing its figures'
	@echo 'make soak    trade under fire: KILLS=500 kills of the program and its Postgres, nothing lost or doubled'
	@echo 'make faults  two instances, one part after the other failing: how long until every screen is true (LONG=1: slow ones)'
	@echo 'make fmt     format the code'

run:
	@exec deploy/setup/run.sh

test:
	@exec deploy/setup/test.sh

lint:
	@exec deploy/setup/lint.sh

bench:
	@exec deploy/setup/bench.sh

soak:
	@exec deploy/setup/soak.sh

faults:
	@exec deploy/setup/faults.sh

fmt:
	cargo fmt --all

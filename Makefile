# The two commands are `make run` and `make test`; `make help` lists the rest.
.PHONY: help run test lint bench bench-long soak model faults containers servers box fmt
.DEFAULT_GOAL := help

help:
	@echo 'make run     install what is missing, build, start the till (RELEASE=1: the optimised build,'
	@echo '             5 minutes instead of 3 the first time; settings: .env, see .env.example;'
	@echo '             PESAPAL=simulator: with a Pesapal that runs here, to try it)'
	@echo 'make test    install what the tests need, check format and lints, run every test'
	@echo 'make lint    format, lints, unused dependencies, known vulnerabilities'
	@echo 'make bench   the measured claims, each printing its figures (BENCH=flow, screens, pay, start, visits, figures or backups for one part)'
	@echo 'make bench-long   ten minutes of trade, minute by minute (BENCH_MINUTES=60 for an hour), backups of a million orders'
	@echo 'make soak    trade under fire: KILLS=500 kills of the program and its Postgres, nothing lost or doubled'
	@echo 'make model   random commands from several people, program and specification compared after each:'
	@echo '             STEPS=20000 SEED=7 (a fresh seed without one; a failure prints it)'
	@echo 'make faults  two instances, one part after the other failing: how long until every screen is true (LONG=1: slow ones)'
	@echo 'make containers   the containers measured: sizes, start, memory, instances replaced under load (needs Docker)'
	@echo 'make servers   backups of and restores into Postgres 14 to 18 (needs Docker, the image and npm)'
	@echo 'make box     a small box from nothing on a real systemd: installed, killed, upgraded, taken back (as root; SUITE=trixie)'
	@echo 'make fmt     format the code'

run:
	@exec deploy/setup/run.sh

test:
	@exec deploy/setup/test.sh

lint:
	@exec deploy/setup/lint.sh

bench:
	@exec deploy/setup/bench.sh

bench-long:
	@BENCH=long exec deploy/setup/bench.sh

soak:
	@exec deploy/setup/soak.sh

model:
	@exec deploy/setup/model.sh

faults:
	@exec deploy/setup/faults.sh

containers:
	@exec deploy/setup/containers.sh

servers:
	@exec deploy/setup/servers.sh

box:
	@exec deploy/setup/box.sh

fmt:
	cargo fmt --all

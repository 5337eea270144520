#!/usr/bin/env bash
# `make soak KILLS=500`: trade while the program and its Postgres are killed with SIGKILL at random moments; then every
# acknowledged answer is compared with the database. SOAK_SEED=… repeats the moments of an earlier run.
. "$(dirname "$0")/common.sh"

deploy/setup/need.sh rust compiler postgres
unset DATABASE_URL DATABASE_URL_FILE REDIS_URL REDIS_URL_FILE
export KILLS=${KILLS:-100}
exec cargo test --workspace --test soak -- --nocapture

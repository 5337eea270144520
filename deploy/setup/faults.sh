#!/usr/bin/env bash
# `make faults`: two instances on one Postgres and one Redis, while one part after the other is killed, stopped or slowed;
# prints how long every screen took to be true. LONG=1: readers stall for minutes instead of seconds.
. "$(dirname "$0")/common.sh"

deploy/setup/need.sh rust compiler postgres redis nginx
unset DATABASE_URL DATABASE_URL_FILE REDIS_URL REDIS_URL_FILE
exec cargo test --workspace --test instances -- --nocapture

#!/usr/bin/env bash
# `make bench`: the measured claims, in the optimised build, each printing its figures.
. "$(dirname "$0")/common.sh"

deploy/setup/need.sh rust compiler postgres redis
unset DATABASE_URL DATABASE_URL_FILE REDIS_URL REDIS_URL_FILE
exec cargo bench --profile bench-fast --bench '*'

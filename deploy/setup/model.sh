#!/usr/bin/env bash
# `make model STEPS=20000 SEED=7`: so many random commands from several people go to the real routes, and after each of
# them the answer, the database and the screens are compared with a second book, written from the specification.
. "$(dirname "$0")/common.sh"

deploy/setup/need.sh rust compiler postgres
unset DATABASE_URL DATABASE_URL_FILE REDIS_URL REDIS_URL_FILE
export MODEL_STEPS=${STEPS:-5000} MODEL_SEED=${SEED:-}
exec cargo test --workspace --test http -- --nocapture model::whatever

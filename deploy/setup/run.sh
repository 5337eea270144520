#!/usr/bin/env bash
# `make run`: from a bare machine to a till, and the second time in seconds.
. "$(dirname "$0")/common.sh"

load_env
needed=(rust compiler)
[ -n "${DATABASE_URL:-}${DATABASE_URL_FILE:-}" ] || needed+=(postgres)
deploy/setup/need.sh "${needed[@]}"

# A debug build is there in half the time of an optimised one, and fast enough for a till.
if [ -n "${RELEASE:-}" ]; then
    cargo build --workspace --release
    exec target/release/cafe-pos serve
fi
cargo build --workspace
exec target/debug/cafe-pos serve

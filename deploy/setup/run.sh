#!/usr/bin/env bash
# `make run`: from a bare machine to a till, and the second time in seconds.
. "$(dirname "$0")/common.sh"

load_env
needed=(rust compiler)
[ -n "${DATABASE_URL:-}${DATABASE_URL_FILE:-}" ] || needed+=(postgres)
deploy/setup/need.sh "${needed[@]}"

# A Pesapal that is none, to try the till with: it ends with the till, which takes this one's place.
simulator() {
    [ "${PESAPAL:-}" = simulator ] || return 0
    local address=127.0.0.1:${PESAPAL_PORT:-4010}
    cargo build --workspace --example pesapal
    export PESAPAL_BASE_URL=http://$address/pesapalv3
    export PESAPAL_CONSUMER_KEY=the-cafe PESAPAL_CONSUMER_SECRET=a-secret-of-the-cafe
    # Its notifications come over this machine, wherever browsers find the till.
    export APP_BASE_URL=${APP_BASE_URL:-http://127.0.0.1:${PORT:-3000}}
    target/debug/examples/pesapal "$address" &
}

# A debug build is there in half the time of an optimised one, and fast enough for a till.
if [ -n "${RELEASE:-}" ]; then
    cargo build --workspace --release
    simulator
    exec target/release/cafe-pos serve
fi
cargo build --workspace
simulator
exec target/debug/cafe-pos serve

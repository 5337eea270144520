#!/usr/bin/env bash
# `make test`: everything, on real servers that the tests start and stop themselves.
. "$(dirname "$0")/common.sh"

deploy/setup/need.sh rust compiler postgres redis nginx openssl systemd curl chromium faketime
# The tests have a database of their own; what is set for `make run` must not reach them.
unset DATABASE_URL DATABASE_URL_FILE REDIS_URL REDIS_URL_FILE

said=$(mktemp)
built=$(mktemp)
building=
trap 'rm -f "$said" "$built"; [ -z "$building" ] || kill "$building" 2>/dev/null || true' EXIT
failed=0
# What the journeys in a browser build, they build here.
journeys=$PWD/target/browser

# Runs the tests of one workspace and goes on when some fail. `cargo test`, not nextest: the HTTP tests
# share one Postgres, and nextest would start one for each test.
tests() {
    cargo test --no-fail-fast "$@" 2>&1 | tee -a "$said" || failed=1
}

# The sum of "N passed" or "N failed" over what the runners said at their ends.
count() {
    grep -E '^test result:' "$said" | grep -oE "[0-9]+ $1" | awk '{ sum += $1 } END { print sum + 0 }'
}

say 'Format'
cargo fmt --all --check
# The journeys share nothing that is built with the rest, and on either side single crates keep one core busy for a minute
# while the other idles: they are built side by side. Tests measure time, so they begin when nothing is built any more.
CARGO_TARGET_DIR=$journeys cargo test --manifest-path tests/browser/Cargo.toml --no-run >"$built" 2>&1 &
building=$!
say 'Lints'
cargo clippy --workspace --all-targets -- -D warnings
say 'Tests'
# What does not compile is said once more, and counted, where it is run.
cargo test --workspace --no-run || true
wait "$building" || cat "$built"
building=
tests --workspace
say 'Journeys in a browser'
# They drive the program that the tests above have built, and the Pesapal of examples/.
export CAFE_POS=$PWD/target/debug/cafe-pos CARGO_TARGET_DIR=$journeys
tests --manifest-path tests/browser/Cargo.toml

printf '\n%s passed, %s failed\n' "$(count passed)" "$(count failed)"
exit "$failed"

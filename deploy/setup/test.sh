#!/usr/bin/env bash
# `make test`: everything, on real servers that the tests start and stop themselves.
. "$(dirname "$0")/common.sh"

deploy/setup/need.sh rust compiler postgres redis nginx openssl systemd curl chromium faketime
# The tests have a database of their own; what is set for `make run` must not reach them.
unset DATABASE_URL DATABASE_URL_FILE REDIS_URL REDIS_URL_FILE

said=$(mktemp)
trap 'rm -f "$said"' EXIT
failed=0

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
say 'Lints'
cargo clippy --workspace --all-targets -- -D warnings
say 'Tests'
tests --workspace
if [ -f tests/browser/Cargo.toml ]; then
    say 'Journeys in a browser'
    # They drive the program that the tests above have built.
    export CAFE_POS=$PWD/target/debug/cafe-pos CARGO_TARGET_DIR=$PWD/target/browser
    tests --manifest-path tests/browser/Cargo.toml
fi

printf '\n%s passed, %s failed\n' "$(count passed)" "$(count failed)"
exit "$failed"

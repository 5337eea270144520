#!/usr/bin/env bash
# `make lint`: what the compiler does not say. Tools that are missing are built once into
# target/tools, where the network allows it.
. "$(dirname "$0")/common.sh"

deploy/setup/need.sh rust compiler
PATH="$PWD/target/tools/bin:$PATH"

tool() {
    command -v "$1" >/dev/null || {
        echo "Building $1 once."
        CARGO_TARGET_DIR=target/tools/build cargo install --quiet --locked --root target/tools "$1"
    }
}

say 'Format'
cargo fmt --all --check
say 'Lints'
cargo clippy --workspace --all-targets -- -D warnings

say 'Unused dependencies'
if tool cargo-machete; then
    cargo machete --skip-target-dir
else
    echo 'Skipped: cargo-machete is neither installed nor could be built (no network?).'
fi

say 'Known vulnerabilities'
database=https://github.com/RustSec/advisory-db
if ! curl --silent --fail --head --max-time 10 --output /dev/null "$database"; then
    echo "Skipped: the database of advisories ($database) cannot be reached."
elif tool cargo-deny; then
    cargo deny check advisories
else
    echo 'Skipped: cargo-deny is neither installed nor could be built.'
fi

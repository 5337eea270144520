#!/usr/bin/env bash
# `make bench`: the measured claims, in the optimised build, each printing its figures.
. "$(dirname "$0")/common.sh"

needed=(rust compiler postgres redis)
case ",${BENCH:-boards}," in *,boards,*|*,evening,*) needed+=(chromium) ;; esac
deploy/setup/need.sh "${needed[@]}"
unset DATABASE_URL DATABASE_URL_FILE REDIS_URL REDIS_URL_FILE
case ",${BENCH:-boards}," in *,boards,*|*,evening,*)
    # A real board measures itself in a process of its own.
    cargo build --manifest-path tests/browser/Cargo.toml --target-dir target/browser --bin wall
    export BENCH_WALL=$PWD/target/browser/debug/wall
    ;;
esac
exec cargo bench --profile bench-fast --bench '*'

# shellcheck shell=bash
# What the other scripts of this folder share; they source it first.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# rustup puts cargo where a fresh shell does not look yet.
PATH="$PATH:${HOME:-/root}/.cargo/bin"

say() { printf '\n== %s\n' "$*"; }

# Reads .env as Docker Compose does: values are taken literally, and the environment wins.
load_env() {
    [ -f .env ] || return 0
    local line name value
    while IFS= read -r line || [ -n "$line" ]; do
        [[ $line =~ ^[[:space:]]*(export[[:space:]]+)?([A-Za-z_][A-Za-z0-9_]*)=(.*)$ ]] || continue
        name=${BASH_REMATCH[2]} value=${BASH_REMATCH[3]%$'\r'}
        [[ $value =~ ^\"(.*)\"[[:space:]]*$ || $value =~ ^\'(.*)\'[[:space:]]*$ ]] && value=${BASH_REMATCH[1]}
        [ -n "${!name+set}" ] || export "$name=$value"
    done <.env
}

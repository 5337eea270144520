#!/usr/bin/env bash
# Makes sure that the named things are on this machine: need.sh postgres redis nginx openssl systemd curl box chromium
# faketime compiler rust
#
# As root it installs what is missing from Debian's or Ubuntu's packages; anybody else is told the
# one line to run. It starts no service, makes no database cluster, and where nothing is missing it
# does nothing, at once.
set -euo pipefail

has_postgres() {
    local dir
    for dir in "${POS_PG_BIN:-}" "$(pg_config --bindir 2>/dev/null || true)" /usr/lib/postgresql/*/bin /usr/pgsql-*/bin; do
        [ -n "$dir" ] && [ -x "$dir/initdb" ] && [ -x "$dir/postgres" ] && return
    done
    command -v initdb >/dev/null && command -v postgres >/dev/null
}

has_redis() { command -v redis-server >/dev/null; }

# Ordinary users do not look where Debian keeps it.
has_nginx() { command -v nginx >/dev/null || [ -x /usr/sbin/nginx ]; }

has_openssl() { command -v openssl >/dev/null; }

# Only to check units; nothing has to run under it.
has_systemd() { command -v systemd-analyze >/dev/null; }

has_curl() { command -v curl >/dev/null; }

# What `make box` makes a machine of.
has_box() { command -v debootstrap >/dev/null && command -v dpkg-scanpackages >/dev/null && command -v unshare >/dev/null && command -v ip >/dev/null; }

has_chromium() {
    [ -x "${CHROMIUM:-}" ] || command -v chromium >/dev/null || command -v google-chrome >/dev/null ||
        # Ubuntu's is a stub that only works where snap does.
        { command -v chromium-browser >/dev/null && chromium-browser --version >/dev/null 2>&1; }
}

# A library, loaded by the programs whose clock it moves.
has_faketime() { compgen -G '/usr/lib/*/faketime/libfaketimeMT.so.1' >/dev/null; }

has_compiler() { command -v cc >/dev/null; }

has_rust() { command -v cargo >/dev/null || [ -x "${HOME:-/root}/.cargo/bin/cargo" ]; }

package_of() {
    case $1 in
    postgres) echo postgresql ;;
    redis) echo redis-server ;;
    nginx) echo nginx ;;
    openssl) echo openssl ;;
    faketime) echo libfaketime ;;
    systemd) echo systemd ;;
    curl) echo curl ;;
    box) echo debootstrap dpkg-dev util-linux iproute2 ;;
    chromium) if grep -qi '^ID=ubuntu' /etc/os-release; then echo chromium-browser; else echo chromium; fi && echo fonts-liberation ;;
    compiler) echo gcc libc6-dev ;;
    esac
}

# Packages of servers start them when they are installed, unless the machine's policy forbids it.
forbid_services() {
    policy=/usr/sbin/policy-rc.d
    [ -e "$policy" ] && return
    printf '#!/bin/sh\n# Of cafe-pos, for as long as it installs packages.\nexit 101\n' >"$policy"
    chmod 755 "$policy"
    trap 'rm -f /usr/sbin/policy-rc.d' EXIT
}

# Debian's package would make a cluster of its own and start it at every boot; cafe-pos needs only
# the programs. Its common part has to be there first, because the setting is part of it.
forbid_cluster() {
    apt-get install -y --no-install-recommends postgresql-common
    local conf=/etc/postgresql-common
    mkdir -p "$conf/createcluster.d"
    printf '# Written by cafe-pos, which only needs the programs. Remove this to have packages make clusters again.\ncreate_main_cluster = false\n' >"$conf/createcluster.d/cafe-pos.conf"
    case $(pg_conftool "$conf/createcluster.conf" show -bs create_main_cluster 2>/dev/null || true) in
    off | false | no | 0) ;;
    *) cat "$conf/createcluster.d/cafe-pos.conf" >>"$conf/createcluster.conf" ;;
    esac
}

# The tests start servers of their own; the packaged service would come up at the next boot.
disable_service() {
    ! command -v systemctl >/dev/null || systemctl disable "$1.service" >/dev/null 2>&1 || true
}

install() {
    export DEBIAN_FRONTEND=noninteractive
    forbid_services
    apt-get update
    case " $* " in *' postgres '*) forbid_cluster ;; esac
    apt-get install -y --no-install-recommends "${packages[@]}"
    case " $* " in *' redis '*) disable_service redis-server ;; esac
    case " $* " in *' nginx '*) disable_service nginx ;; esac
}

missing=()
for thing in "$@"; do
    "has_$thing" || missing+=("$thing")
done
[ ${#missing[@]} -gt 0 ] || exit 0

packages=()
for thing in "${missing[@]}"; do
    if [ "$thing" = rust ]; then
        echo 'Rust is missing: install it from https://rustup.rs and try again.' >&2
        exit 1
    fi
    mapfile -t -O "${#packages[@]}" packages < <(package_of "$thing" | tr ' ' '\n')
done
if ! command -v apt-get >/dev/null; then
    echo "Missing: ${missing[*]}. This machine has no apt-get; install them its own way (on Debian: ${packages[*]})." >&2
    exit 1
fi
if [ "$(id -u)" != 0 ]; then
    echo "Missing: ${missing[*]}. Run this once, then try again:" >&2
    echo "  sudo $(realpath "$0") ${missing[*]}" >&2
    exit 1
fi
echo "Installing ${packages[*]} (missing: ${missing[*]}); no service is started, no existing server is touched."
log=$(mktemp)
# Not in a condition: there, bash would go on after a step that failed.
set +e
(set -e; install "${missing[@]}") >"$log" 2>&1
status=$?
set -e
if [ "$status" != 0 ]; then
    tail -n 20 "$log" >&2
    echo "Could not install ${packages[*]}; the whole log is in $log." >&2
    exit 1
fi
rm -f "$log"
for thing in "${missing[@]}"; do
    if ! "has_$thing"; then
        echo "Installed ${packages[*]}, but $thing is still missing." >&2
        exit 1
    fi
done

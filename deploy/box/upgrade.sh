#!/usr/bin/env bash
# Another release of the program, or back.
#
#   upgrade.sh FILE            takes the program FILE, or brings the present one back when it does not do
#   upgrade.sh --unattended    the same with the newest program in /opt/cafe-pos/incoming that has its sum beside it
#                              (NAME and NAME.sha256); what did not do once is not taken again
#   upgrade.sh --back          the release before the present one
#   upgrade.sh --finish        the verdict on an upgrade that was cut short
#
# Before: a backup, proved. After: it is well, stays the same process for some seconds, and `cafe-pos check` complains of
# nothing that it did not complain of before. The data stays what it is in either direction, because a program goes on with
# the schema of the next version. Exit codes: 0 done or nothing to do, 1 nothing was changed, 2 the release before is back,
# 3 it is back and not well.
set -euo pipefail

root=${CAFE_ROOT:-/opt/cafe-pos}
settings=${CAFE_SETTINGS:-/etc/cafe-pos/cafe-pos.env}
cli=${CAFE_CLI:-/usr/local/bin/cafe-pos}
# A long migration; and the time in which a program that dies soon does so.
patience=${CAFE_PATIENCE:-300}
settles=${CAFE_SETTLES:-5}
keeps=3

say() { echo "upgrade: $*"; }
fail() {
    echo "upgrade: $1" >&2
    exit "${2:-1}"
}

sum_of() { sha256sum "$1" | cut -c1-64; }
current() { basename "$(readlink "$root/current")"; }
property() { systemctl show --property="$1" --value cafe-pos; }

setting() { sed -n "s/^$1=//p" "$settings" | tail -n 1; }

# Nobody trusts a new program yet: root does not run it.
as_the_program() {
    setpriv --reuid="$(id -u cafe-pos)" --regid="$(id -g cafe-pos)" --clear-groups --no-new-privs \
        env -i "HOST=$(setting HOST)" "PORT=$(setting PORT)" "$@"
}

is_well() { as_the_program "$root/current/cafe-pos" health >/dev/null 2>&1; }

# Whether it is well in time, and still the same process after that.
comes_up() {
    local last=$((SECONDS + patience)) process
    while [ "$SECONDS" -lt "$last" ]; do
        if is_well; then
            process=$(property MainPID)
            sleep "$settles"
            if [ "$process" = "$(property MainPID)" ] && is_well; then return 0; fi
        fi
        if [ "$(systemctl is-active cafe-pos)" = failed ] || [ "$(property NRestarts)" -ge 3 ]; then
            return 1
        fi
        sleep 0.3
    done
    return 1
}

# What `cafe-pos check` complains of, a subject a line.
complaints() {
    local said status=0
    said=$("$cli" check 2>/dev/null) || status=$?
    if [ "$status" -gt 1 ] || [ -z "$said" ]; then
        echo 'check itself'
    else
        sed -n 's/^to do   \([^:]*\):.*/\1/p' <<<"$said" | sort -u
    fi
}

# What there is, the release that served last first.
kept() { find "$root/releases" -mindepth 1 -maxdepth 1 ! -name .new -printf '%T@ %f\n' | sort -rn | cut -d' ' -f2; }

# The link changes in one step: there is always a program.
switch_to() {
    touch "$root/releases/$1"
    ln -sfn "releases/$1" "$root/current.new"
    mv -T "$root/current.new" "$root/current"
    systemctl reset-failed cafe-pos 2>/dev/null || true
    systemctl restart cafe-pos || true
}

# Judges the present release against what was complained of before; empty when it does.
fault() {
    if ! comes_up; then
        echo 'it does not become well'
        return
    fi
    local new
    new=$(comm -13 "$root/complaints" <(complaints) | paste -sd, -)
    [ -z "$new" ] || echo "check complains of $new"
}

roll_back() {
    local before=$1 why=$2 bad
    bad=$(current)
    echo "$(sum_of "$root/current/cafe-pos") $(date -u +%FT%TZ) $bad: $why" >>"$root/failed"
    echo "upgrade: $bad does not do: $why. Going back to $before." >&2
    journalctl "_SYSTEMD_INVOCATION_ID=$(property InvocationID)" --lines=5 --output=cat --no-pager 2>/dev/null | sed 's/^/upgrade:   its last words: /' >&2 || true
    switch_to "$before"
    if ! comes_up; then
        rm -f "$root/upgrading"
        fail "$before is back and not well either: journalctl -u cafe-pos" 3
    fi
    rm -rf "$root/upgrading" "${root:?}/releases/$bad"
    fail "$before is back and well; the data is as it was." 2
}

# The end of an upgrade that began with `before`.
judge() {
    local before=$1 why
    why=$(fault)
    [ -z "$why" ] || roll_back "$before" "$why"
    rm -f "$root/upgrading"
    kept | tail -n "+$((keeps + 1))" | while read -r old; do
        [ "$old" = "$(current)" ] || rm -rf "${root:?}/releases/$old"
    done
    say "$(current) serves."
}

finish() {
    [ -f "$root/upgrading" ] || return 0
    say "An upgrade to $(current) was cut short."
    judge "$(cat "$root/upgrading")"
}

# Takes the program `file`; with `newer`, only one whose version is not lower than the present one's.
take() {
    local file=$1 newer=${2:-} new=$root/releases/.new sum version present release before
    [ -f "$file" ] || fail "There is no $file."
    rm -rf "$new"
    install -d -m 755 "$new"
    install -m 755 "$file" "$new/cafe-pos"
    sum=$(sum_of "$new/cafe-pos")
    version=$(as_the_program "$new/cafe-pos" --version 2>&1) || fail "$file does not run here: $version"
    version=${version##* }
    [[ $version =~ ^[0-9][0-9A-Za-z.+-]*$ ]] || fail "$file does not say which version it is."
    release=$version-${sum:0:8}
    before=$(current)
    if [ "$release" = "$before" ]; then
        rm -rf "$new"
        say "$release is what serves."
        return 0
    fi
    present=${before%-*}
    if [ -n "$newer" ] && [ "$version" != "$present" ] && [ "$(printf '%s\n' "$version" "$present" | sort -V | tail -n 1)" = "$present" ]; then
        fail "$version is older than $present: take it by hand if you mean it."
    fi
    say "$before -> $release"
    "$cli" backup run || fail 'There is no proved backup, so nothing was changed.'
    complaints >"$root/complaints"
    # Complete before it has its name.
    rm -rf "${root:?}/releases/$release"
    mv "$new" "$root/releases/$release"
    sync -f "$root/releases"
    echo "$before" >"$root/upgrading"
    switch_to "$release"
    judge "$before"
}

back() {
    local before
    before=$(kept | grep -vxF "$(current)" | head -n 1)
    [ -n "$before" ] || fail 'No release is kept but the present one.'
    say "$(current) -> $before"
    switch_to "$before"
    comes_up || fail "$before is not well: journalctl -u cafe-pos" 3
    say "$before serves."
}

unattended() {
    local folder=$root/incoming sum file
    [ -d "$folder" ] || return 0
    # Whoever may write here decides what runs: root alone. That is why no signature is asked for.
    [ -z "$(find "$folder" ! -user root -o -perm /022 ! -type l)" ] || fail "Others than root may write in $folder; nothing was taken."
    file=$(find "$folder" -maxdepth 1 -name '*.sha256' -type f -printf '%T@ %p\n' | sort -rn | head -n 1 | cut -d' ' -f2-)
    [ -n "$file" ] || return 0
    sum=$(grep -oE '^[0-9a-f]{64}' "$file" | head -n 1) || fail "$file holds no SHA-256 sum."
    file=${file%.sha256}
    [ -f "$file" ] && [ ! -L "$file" ] || fail "$file is missing beside its sum."
    [ "$(sum_of "$file")" = "$sum" ] || fail "$file is not what its sum says; nothing was taken."
    if grep -q "^$sum " "$root/failed" 2>/dev/null; then
        say "$(basename "$file") did not do before, and is not taken again: $(grep "^$sum " "$root/failed" | tail -n 1 | cut -d' ' -f2-)"
        return 0
    fi
    take "$file" newer
    rm -f "$file" "$file.sha256"
}

[ "$(id -u)" = 0 ] || fail 'Run this as root.'
exec 9>"$root/lock"
flock --nonblock 9 || fail 'Another upgrade is under way.'
case ${1:-} in
--finish) finish ;;
--unattended)
    finish
    unattended
    ;;
--back) back ;;
'' | -*) fail 'upgrade.sh FILE, --unattended, --back or --finish' ;;
*)
    finish
    take "$1"
    ;;
esac

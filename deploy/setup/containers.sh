#!/usr/bin/env bash
# `make containers`: what is promised of the containers, measured on docker-compose.yml as it is shipped, in a project of its
# own (cafe-pos-measured, http on 127.0.0.1:18080): sizes, time to healthy, memory idle and under 32 tills, and each of two
# instances replaced in turn while they trade, behind the real nginx. The load is a test that is run for this alone
# (tests/instances/elsewhere.rs). TILLS=32, LOAD_SECONDS=60, NO_BUILD=1.
. "$(dirname "$0")/common.sh"

project=cafe-pos-measured
tills=${TILLS:-32}
seconds=${LOAD_SECONDS:-60}
folder=$(mktemp -d)
if [ ! -f .env ]; then
    made=.env
    : >.env
fi
POSTGRES_PASSWORD=$(openssl rand -hex 24)
POS_JWT_SECRET=$(openssl rand -hex 32)
export POSTGRES_PASSWORD POS_JWT_SECRET POSTGRES_USER=posuser POSTGRES_DB=pos
export APP_ENV=development POS_SUBNET=${MEASURED_SUBNET:-172.30.59.0/24}
# Ports of their own, and no copies of made-up backups at the places that .env may name.
nowhere='environment: { BACKUP_COPY_DIR: "", BACKUP_S3_URL: "", BACKUP_S3_URL_FILE: "", BACKUP_S3_KEY_ID: "", BACKUP_S3_SECRET: "", BACKUP_S3_SECRET_FILE: "", BACKUP_S3_REGION: "" }'
cat >"$folder/measured.yml" <<EOF
services:
  nginx: { ports: !override ["127.0.0.1:18080:80"] }
  pos-app: { $nowhere }
EOF
cat >"$folder/minimal.yml" <<EOF
services:
  pos-app: { ports: !override ["127.0.0.1:18081:3000"], $nowhere }
EOF
compose() { docker compose --project-name "$project" --file docker-compose.yml --file "$folder/measured.yml" --progress quiet "$@" </dev/null; }
minimal() { docker compose --project-name "$project-minimal" --file docker-compose.minimal.yml --file "$folder/minimal.yml" --progress quiet "$@" </dev/null; }
clear_away() {
    minimal down --volumes --timeout 10 >/dev/null 2>&1 || true
    compose down --volumes --timeout 10 >/dev/null 2>&1 || true
    rm -rf "$folder" ${made:+"$made"}
}
trap clear_away EXIT
# How busy the machine is belongs beside each figure.
load_average() { cut -d' ' -f1-3 /proc/loadavg | sed 's/^/load average /'; }
since() { awk -v a="$1" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.1f s", b - a }'; }
mb() { awk -v bytes="$1" 'BEGIN { printf "%.1f MB", bytes / 1e6 }'; }
memory() { load_average; docker stats --no-stream --format '{{.Name}}  {{.MemUsage}}' $(compose ps --quiet) | sort; }

say 'Built'
if [ -z "${NO_BUILD:-}" ]; then
    began=$EPOCHREALTIME
    compose build
    since "$began"; echo
fi
image=$(docker image inspect -f '{{.Size}}' cafe-pos)
base=$(docker image inspect -f '{{.Size}}' debian:trixie-slim)
program=$(docker run --rm --entrypoint stat cafe-pos -c %s /usr/local/bin/cafe-pos)
printf 'image %s, our layers over its base %s, the program %s\n' "$(mb "$image")" "$(mb $((image - base)))" "$(mb "$program")"

say 'The small one, started with nothing there'
load_average
began=$EPOCHREALTIME
minimal up --detach --no-build --wait
printf 'healthy after %s\n' "$(since "$began")"
curl -fsS http://127.0.0.1:18081/api/health; echo
minimal down --volumes --timeout 10 2>/dev/null

say 'Started, with nothing there'
load_average
began=$EPOCHREALTIME
compose up --detach --no-build --wait
printf 'healthy after %s\n' "$(since "$began")"
curl -fsS http://127.0.0.1:18080/api/health; echo
compose exec -T pos-app cafe-pos seed >/dev/null
began=$EPOCHREALTIME
compose up --detach --no-build --wait --scale pos-app=2
printf 'a second instance healthy after %s\n' "$(since "$began")"

say 'Memory, idle'
sleep 10
memory

postgres=$(docker inspect -f '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}' "$(compose ps --quiet postgres)")
export LOAD_DOOR=http://127.0.0.1:18080 LOAD_DATABASE="postgresql://posuser:$POSTGRES_PASSWORD@$postgres:5432/pos"
export LOAD_SECRET=$POS_JWT_SECRET LOAD_TILLS=$tills LOAD_SECONDS=$seconds
cargo test --workspace --test instances --no-run 2>/dev/null
load() { cargo test --workspace --test instances -- --ignored --nocapture elsewhere 2>&1 | grep -E 'tills:|panicked|assertion|left|right|^test '; }

say "$tills tills, two instances"
load >"$folder/said" &
trading=$!
sleep $((seconds - 5))
memory
wait "$trading" || failed=1
cat "$folder/said"

say "$tills tills, while each instance is replaced in turn"
export LOAD_REPLACED=1
load >"$folder/said" &
trading=$!
sleep 10
for _ in 1 2; do
    for instance in $(compose ps --quiet pos-app); do
        began=$EPOCHREALTIME
        docker restart --time 10 "$instance" >/dev/null
        until [ "$(docker inspect -f '{{.State.Health.Status}}' "$instance")" = healthy ]; do sleep 0.2; done
        printf 'replaced and healthy after %s\n' "$(since "$began")"
        sleep 3
    done
done
wait "$trading" || failed=1
cat "$folder/said"
load_average
exit "${failed:-0}"

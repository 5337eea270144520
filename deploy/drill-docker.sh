#!/usr/bin/env bash
# The restore drill with Docker: a café with a month of trade in containers of its own is backed up, its database's volume is
# destroyed, and it comes back. Given a file (deploy/drill-docker.sh FILE), it is that backup which has to come back.
#
# The real café is not touched: this is another project of Compose (cafe-pos-drill) with its own volumes, network and
# secrets, and no port of it is open. It uses the image that is there, and half a gigabyte of memory meanwhile.
# BACKUP_PASSPHRASE, from .env or from the environment, encrypts the drill's backup and reads a FILE that is encrypted.
set -euo pipefail
cd "$(dirname "$0")/.."
given=${1:+$(realpath "$1")}

docker image inspect cafe-pos >/dev/null 2>&1 || { echo 'Build the image first: docker compose build'; exit 2; }
[ -f .env ] || { echo 'There is no .env here; deploy/README.md says how it is made.'; exit 2; }
project=cafe-pos-drill
POSTGRES_PASSWORD=$(openssl rand -hex 24)
POS_JWT_SECRET=$(openssl rand -hex 32)
export POSTGRES_PASSWORD POS_JWT_SECRET POSTGRES_USER=posuser POSTGRES_DB=pos
export APP_ENV=development POS_SUBNET=${DRILL_SUBNET:-172.30.58.0/24}
# What the containers say of themselves is of no interest unless something fails.
folder=$(mktemp -d)
log=$folder/log
# The other places of .env are left alone: what is made up here belongs into no bucket. Without a value a variable is passed
# on as it is here, so its value stands in no file.
cat >"$folder/drill.yml" <<EOF
services:
  pos-app:
    environment:
      - BACKUP_COPY_DIR=
      - BACKUP_S3_URL=
      - BACKUP_S3_URL_FILE=
      - BACKUP_S3_KEY_ID=
      - BACKUP_S3_SECRET=
      - BACKUP_S3_SECRET_FILE=
      - BACKUP_S3_REGION=
${BACKUP_PASSPHRASE:+      - BACKUP_PASSPHRASE}
EOF
compose() { docker compose --project-name "$project" --file docker-compose.yml --file "$folder/drill.yml" --progress quiet "$@"; }
quietly() { "$@" >>"$log" 2>&1 </dev/null || { tail -n 20 "$log"; return 1; }; }
pos() { compose exec -T -e LOG=error pos-app cafe-pos "$@" </dev/null; }
# The program beside a café that does not serve; its log is none of ours.
alone() { compose run --rm --no-TTY -e LOG=error pos-app "$@" </dev/null 2>>"$log" || { tail -n 5 "$log"; return 1; }; }
clear_away() { compose down --volumes --timeout 10 >/dev/null 2>&1 || true; rm -rf "$folder"; }
trap clear_away EXIT

begun=$SECONDS
say() { printf '\n[%3d s] %s\n' "$((SECONDS - begun))" "$*"; }
figures() {
    compose exec -T postgres psql -U posuser -d pos --no-align --tuples-only --field-separator '  ' -c "
        SELECT 'orders', count(*), sum(total) FROM orders
        UNION ALL SELECT 'lines', count(*), sum(quantity) FROM order_lines
        UNION ALL SELECT 'tickets', count(*), sum(number) FROM tickets
        UNION ALL SELECT 'payments', count(*), sum(amount) FROM payments
        UNION ALL SELECT 'cash', count(*), sum(amount) FROM cash_entries
        UNION ALL SELECT 'shifts', count(*), sum(report_number) FROM shifts
        UNION ALL SELECT 'menu', count(*), sum(price) FROM products
        UNION ALL SELECT 'people', count(*), NULL FROM staff" </dev/null
}

# A drill that was stopped in the middle may have left something.
compose down --volumes --timeout 10 >/dev/null 2>&1 || true
before=
if [ -z "$given" ]; then
    say 'A café in containers of its own'
    quietly compose up --detach --no-build --wait postgres redis pos-app
    say 'A month of trade'
    pos seed --demo | tail -n 1
    before=$(figures)
    say 'It is backed up, and the backup is proved'
    pos backup run
    file=$(compose exec -T pos-app sh -c 'ls -1 /app/backups | grep -E "^cafe-pos-.*[.]tar([.]age)?$" | tail -n 1' </dev/null)
    printf '         %s\n' "$file"
    say 'Its database is lost: container and volume'
    lost=$SECONDS
    quietly compose rm --stop --force pos-app postgres
    docker volume rm "${project}_postgres_data"
else
    say "An empty machine, and the backup $given"
    lost=$SECONDS
    quietly compose up --detach --no-build --wait postgres redis
    # Through a pipe: the folder belongs to the user in the container.
    docker run --rm --interactive --entrypoint sh --volume "${project}_pos_backups:/app/backups" cafe-pos \
        -c "cat >'/app/backups/${given##*/}'" <"$given"
    file=/app/backups/${given##*/}
fi

say "The backup is restored into an empty database, and compared with what it says of itself"
quietly compose up --detach --no-build --wait postgres redis
alone restore "$file"
say 'The café serves again'
quietly compose up --detach --no-build --wait postgres redis pos-app
printf '         %s s after the loss\n' "$((SECONDS - lost))"
pos backup run
pos check | grep -E 'migrations|last backup'
after=$(figures)
printf '%s\n' "$after"
if [ -n "$before" ]; then
    [ "$before" = "$after" ] || { printf 'It was:\n%s\n' "$before"; exit 1; }
    say 'The drill went well: rows and sums are what they were.'
else
    say 'The drill went well: the backup came back as it says it was.'
fi

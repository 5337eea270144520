#!/usr/bin/env bash
# The restore drill: a café with a month of trade is backed up, its disk is lost, and it comes back. Nothing of the real
# café is touched: everything happens in a temporary folder. Given a file (deploy/drill.sh FILE), it is that backup which
# has to come back.
set -euo pipefail
program=${CAFE_POS:-$(dirname "$0")/../target/release/cafe-pos}
[ -x "$program" ] || program=$(command -v cafe-pos || true)
[ -x "$program" ] || { echo "Build the program first (cargo build --release), or say where it is: CAFE_POS=/usr/local/bin/cafe-pos $0"; exit 2; }

folder=$(mktemp -d)
chmod 755 "$folder"
trap 'rm -rf "$folder"' EXIT
unset DATABASE_URL DATABASE_URL_FILE REDIS_URL REDIS_URL_FILE POS_JWT_SECRET POS_JWT_SECRET_FILE
# The drill leaves the other places alone; the passphrase of an encrypted file is needed.
unset BACKUP_COPY_DIR BACKUP_S3_URL BACKUP_S3_KEY_ID BACKUP_S3_SECRET BACKUP_S3_SECRET_FILE BACKUP_S3_REGION
export APP_ENV=development DATA_DIR=$folder/data BACKUP_DIR=$folder/backups UPLOAD_DIR=$folder/data/uploads LOG=warn
mkdir -p "$DATA_DIR" "$BACKUP_DIR"

say() { printf '\n== %s\n' "$*"; }
took() { printf '   took %s s\n' "$((SECONDS - began))"; }

file=${1:-}
if [ -z "$file" ]; then
  say "A café with a month of trade"
  began=$SECONDS
  "$program" migrate up
  "$program" seed --demo
  took
  say "It is backed up, and the backup is proved"
  began=$SECONDS
  "$program" backup run
  took
  file=$(find "$BACKUP_DIR" -name 'cafe-pos-*.tar*' ! -name '*.json')
  say "Its disk is lost"
  rm -rf "$DATA_DIR"
  mkdir -p "$DATA_DIR"
else
  say "An empty machine, and the backup $file"
fi

say "The backup is restored, and compared with what it says of itself"
began=$SECONDS
"$program" restore "$file"
took

say "The café as it is now"
"$program" backup run >/dev/null
"$program" check
printf '\nThe drill went well: every table has its rows and its sums again.\n'

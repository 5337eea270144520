#!/usr/bin/env bash
# proxy.sh TO [--own-authority]: the settings of the box's nginx, in the folder TO, made from those that are shipped for
# containers (../nginx.conf, ../proxy), so that there is one place to maintain. What changes:
#   - the block for HTTPS is uncommented, and plain HTTP leads there;
#   - there is one instance, on this machine;
#   - Debian's nginx works as www-data and keeps its temporary files in /var/lib/nginx;
#   - with the box's own authority, browsers are not told to refuse plain HTTP for a year (HSTS): when a new root is made,
#     the page that brings it to a tablet would be refused with the rest.
set -euo pipefail
from=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
to=${1:?proxy.sh TO [--own-authority]}
tls=${CAFE_TLS:-/etc/cafe-pos/tls}

steps=(
    -e '1i user www-data;'
    -e 's|^#s||'
    -e 's|server pos-app:3000 |server 127.0.0.1:3000 |'
    -e 's|/var/cache/nginx/|/var/lib/nginx/|'
    -e "s|/etc/nginx/cafe-pos/|$to/|"
    -e "s|/etc/nginx/ssl/|$tls/|"
)
[ "${2:-}" != --own-authority ] || steps+=(-e 's|on "max-age=31536000";|on "";|')

mkdir -p "$to/pages"
sed "${steps[@]}" "$from/nginx.conf" >"$to/nginx.conf"
sed -e "s|/etc/nginx/cafe-pos/|$to/|" "$from/proxy/house.conf" >"$to/house.conf"
cp "$from"/proxy/pages/* "$to/pages/"
chmod -R a+rX "$to"

# The shipped settings changed, and this script did not.
if grep -nE '^#s|pos-app:|/var/cache/|/etc/nginx/(cafe-pos|ssl)/' "$to/nginx.conf" "$to/house.conf" ||
    { [ "${2:-}" = --own-authority ] && grep -n 'on "max-age' "$to/nginx.conf"; }; then
    echo 'proxy.sh: the lines above should have been replaced.' >&2
    exit 1
fi

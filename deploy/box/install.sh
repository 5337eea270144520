#!/usr/bin/env bash
# The till on a small box without Docker. As root, from the folder that holds deploy/:
#
#   deploy/box/install.sh [--binary FILE] [--name cafe.local] [--address 192.168.1.10]… [--seed]
#   deploy/box/install.sh … --certificate fullchain.pem --key privkey.pem     with a real name and its certificate
#
# Debian 12 or 13. Run again, it brings everything here up to date and changes no secret, no data
# and no authority; another program is then taken by upgrade.sh.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
here=deploy/box

binary=target/release/cafe-pos name='' certificate='' key='' seed=no
addresses=()
while [ $# -gt 0 ]; do
    case $1 in
    --binary) binary=$2 && shift 2 ;;
    --name) name=$2 && shift 2 ;;
    --address) addresses+=("$2") && shift 2 ;;
    --certificate) certificate=$2 && shift 2 ;;
    --key) key=$2 && shift 2 ;;
    --seed) seed=yes && shift ;;
    *) echo "install.sh: what is $1? The head of this file says how it is called." >&2 && exit 1 ;;
    esac
done

root=/opt/cafe-pos etc=/etc/cafe-pos settings=/etc/cafe-pos/cafe-pos.env data=/var/lib/cafe-pos

step() { printf '\n== %s\n' "$*"; }
die() {
    echo "install.sh: $*" >&2
    exit 1
}

# ---- Whether it can be done at all
[ "$(id -u)" = 0 ] || die 'run this as root'
command -v apt-get >/dev/null || die 'this needs Debian or Ubuntu'
[ -d /run/systemd/system ] || die 'this needs systemd'
[ -x "$binary" ] || die "$binary is not there: build it (cargo build --release), or name another with --binary"
version=$("$binary" --version) || die "$binary does not run here: build it on this system or an older one"
[ -n "$certificate" ] && [ -z "$key" ] && die '--certificate needs --key'
[ -n "$key" ] && [ -z "$certificate" ] && die '--key needs --certificate'
others=$(find /etc/nginx/sites-enabled /etc/nginx/conf.d -mindepth 1 ! -name default 2>/dev/null || true)
[ -z "$others" ] || die "nginx serves other sites here ($others); this needs ports 80 and 443 for itself"

# What was said at the first time holds until something else is said.
remembered() { sed -n "s/^$1 //p" "$etc/names" 2>/dev/null || true; }
[ -n "$name" ] || name=$(remembered name)
[ -n "$name" ] || name=$(hostname | tr '[:upper:]' '[:lower:]').local
[ ${#addresses[@]} -gt 0 ] || mapfile -t addresses < <(remembered address)
if [ ${#addresses[@]} = 0 ] && [ -z "$certificate" ]; then
    mapfile -t addresses < <(ip -4 -o route get 192.0.2.1 2>/dev/null | sed -n 's/.* src \([0-9.]*\).*/\1/p')
fi
case $name in
*.local) [ "$name" = "$(hostname).local" ] ||
    die "tablets find $name when this machine is called so: hostnamectl set-hostname ${name%.local}" ;;
esac

step 'Packages'
# Its own Postgres is a child of the program, so the package makes no cluster and starts none.
deploy/setup/need.sh postgres nginx openssl
if [[ $name == *.local ]] && ! command -v avahi-daemon >/dev/null; then
    # Tells the tablets which address the name has.
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends avahi-daemon >/dev/null
fi
echo "$version, $(nginx -v 2>&1 | cut -d' ' -f3), Postgres $(ls /usr/lib/postgresql | sort -n | tail -n 1)"

step 'User and folders'
id cafe-pos >/dev/null 2>&1 ||
    useradd --system --user-group --home-dir "$data" --no-create-home --shell /usr/sbin/nologin cafe-pos
install -d -m 755 "$root" "$root/releases" "$root/box" "$etc"
install -d -m 700 "$root/incoming"
install -d -m 700 -o cafe-pos -g cafe-pos "$data"
install -m 755 "$here/upgrade.sh" "$here/certificates.sh" "$root/box/"
install -m 755 "$here/cafe-pos" /usr/local/bin/cafe-pos
echo "$root: releases, scripts, incoming; $etc: settings, certificate; $data: the data"

step 'Certificate'
own_authority=--own-authority
if [ -n "$certificate" ]; then
    own_authority=''
    [ "$(openssl x509 -in "$certificate" -noout -pubkey)" = "$(openssl pkey -in "$key" -pubout)" ] ||
        die "$key is not the key of $certificate"
    openssl x509 -in "$certificate" -noout -checkhost "$name" | grep -q 'does match' || die "$certificate is not for $name"
    install -d -m 755 "$etc/tls"
    install -m 600 "$key" "$etc/tls/privkey.pem"
    install -m 644 "$certificate" "$etc/tls/fullchain.pem"
    rm -f "$etc/tls/root.crt"
    echo "$(openssl x509 -in "$certificate" -noout -enddate | cut -d= -f2) is its end"
else
    said=(--name "$name")
    for address in "${addresses[@]}"; do said+=(--address "$address"); done
    "$root/box/certificates.sh" issue "${said[@]}"
fi
{
    echo "name $name"
    for address in "${addresses[@]}"; do echo "address $address"; done
} >"$etc/names"

step 'Settings'
origins=https://$name
if [ -n "$own_authority" ]; then
    for address in "${addresses[@]}"; do origins+=,https://$address; done
fi
(
    umask 077
    if [ ! -f "$settings" ]; then
        cat >"$settings" <<EOF
# Settings of cafe-pos on this box; .env.example lists what else there is. Restart after a change: systemctl restart cafe-pos
APP_ENV=production
HOST=127.0.0.1
PORT=3000
DATA_DIR=$data
POS_JWT_SECRET=$(openssl rand -hex 32)
EOF
    fi
    # These two follow from what was said above; the rest is the owner's.
    sed -i '/^PUBLIC_APP_ORIGIN=/d; /^LOCAL_CA=/d' "$settings"
    echo "PUBLIC_APP_ORIGIN=$origins" >>"$settings"
    [ -z "$own_authority" ] || echo "LOCAL_CA=$etc/tls/root.crt" >>"$settings"
)
chmod 600 "$settings"
echo "$settings, for root only"

step 'nginx'
deploy/box/proxy.sh "$etc/nginx" $own_authority
install -d -m 755 /var/www/acme /etc/systemd/system/nginx.service.d
install -m 644 "$here/nginx-drop-in.conf" /etc/systemd/system/nginx.service.d/cafe-pos.conf
nginx -t -q -c "$etc/nginx/nginx.conf"
echo "$etc/nginx/nginx.conf"

step 'The program'
for unit in "$here"/*.service "$here"/*.timer; do install -m 644 "$unit" /etc/systemd/system/; done
systemctl daemon-reload
if [ ! -L "$root/current" ]; then
    release=${version##* }-$(sha256sum "$binary" | cut -c1-8)
    install -d -m 755 "$root/releases/$release"
    install -m 755 "$binary" "$root/releases/$release/cafe-pos"
    ln -sn "releases/$release" "$root/current"
fi
# Before the first start, so that the one-time passwords are printed here and nowhere else.
[ "$seed" = no ] || systemctl is-active --quiet cafe-pos || cafe-pos seed
systemctl enable --quiet cafe-pos nginx cafe-pos-upgrade.timer cafe-pos-upgrade-finish.service
systemctl restart cafe-pos
systemctl restart nginx
systemctl start cafe-pos-upgrade.timer
if [ -n "$own_authority" ]; then
    systemctl enable --quiet --now cafe-pos-certificate.timer
else
    systemctl disable --quiet --now cafe-pos-certificate.timer
fi
[[ $name != *.local ]] || systemctl enable --quiet --now avahi-daemon || true

begun=$SECONDS
until health=$(HOST=127.0.0.1 PORT=$(sed -n 's/^PORT=//p' "$settings") runuser -u cafe-pos -- "$root/current/cafe-pos" health 2>&1); do
    [ "$(systemctl is-active cafe-pos)" != failed ] && [ $((SECONDS - begun)) -lt 120 ] ||
        die "the program does not become well ($health): journalctl -u cafe-pos"
    sleep 0.5
done
"$root/box/upgrade.sh" "$binary"

# As a tablet asks: by its name, over HTTPS, believing the authority alone.
roots=/etc/ssl/certs/ca-certificates.crt
[ -z "$own_authority" ] || roots=$etc/tls/root.crt
answer=$(printf 'GET /api/health HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n' "$name" |
    timeout 10 openssl s_client -quiet -verify_return_error -verify_hostname "$name" -CAfile "$roots" \
        -servername "$name" -connect 127.0.0.1:443 2>&1 || true)
grep -q '{"status":"ok"' <<<"$answer" || die "https://$name is not well: $answer"

step 'It serves'
echo "The till:     ${origins//,/, }"
if [ -n "$own_authority" ]; then
    echo "Each tablet:  first http://$name/trust, where the box's authority is put on it. Its SHA-256 fingerprint:"
    "$root/box/certificates.sh" show | tail -n 1
fi
[ "$seed" = yes ] || echo 'People:       `cafe-pos seed` adds those a café begins with, the floor and a menu; or restore a backup.'
echo 'All in order: cafe-pos check        Logs: journalctl -u cafe-pos        Upgrade: /opt/cafe-pos/box/upgrade.sh FILE'

#!/usr/bin/env bash
# The box's own certificate authority, and the certificate by which its nginx speaks HTTPS.
#
#   certificates.sh issue --name cafe.local --address 192.168.1.10    makes what is missing; without names: those of last time
#   certificates.sh renew                                             the same, and nginx reads a new certificate
#   certificates.sh new-root --name … --address …                     another authority: every tablet has to trust it anew
#   certificates.sh show                                              names, ends and fingerprint
#
# The authority may vouch for these names and addresses and for nothing else: that is written in its root (name
# constraints, critical), so a stolen key forges no other site. The key never leaves /etc/cafe-pos/authority.
set -euo pipefail
umask 077

authority=${CAFE_AUTHORITY:-/etc/cafe-pos/authority}
tls=${CAFE_TLS:-/etc/cafe-pos/tls}
# Ten years; and browsers take no certificate for longer than 398 days.
root_days=3650
leaf_days=397
renew_before=$((60 * 24 * 3600))

die() {
    echo "certificates.sh: $*" >&2
    exit 1
}

names=()
addresses=()

read_names() {
    while [ $# -gt 0 ]; do
        case $1 in
        --name) names+=("${2:?--name needs a name}") ;;
        --address) addresses+=("${2:?--address needs an address}") ;;
        *) die "what is $1?" ;;
        esac
        shift 2
    done
    if [ ${#names[@]} = 0 ] && [ ${#addresses[@]} = 0 ] && [ -f "$authority/names" ]; then
        mapfile -t names < <(sed -n 's/^name //p' "$authority/names")
        mapfile -t addresses < <(sed -n 's/^address //p' "$authority/names")
    fi
    [ ${#names[@]} -gt 0 ] || die 'give at least one --name'
    local one part
    for one in "${names[@]}"; do
        [[ $one =~ ^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$ && ! $one =~ ^[0-9.]+$ ]] ||
            die "$one is not a host name in small letters"
    done
    for one in "${addresses[@]}"; do
        [[ $one =~ ^([0-9]{1,3})\.([0-9]{1,3})\.([0-9]{1,3})\.([0-9]{1,3})$ ]] || die "$one is not an IPv4 address"
        for part in "${BASH_REMATCH[@]:1}"; do [ "$part" -le 255 ] || die "$one is not an IPv4 address"; done
    done
}

# One line an item, as the certificate and the constraints name them.
items() {
    local dns=$1 ip=$2 mask=$3 one
    for one in "${names[@]}"; do echo "$dns$one"; done
    for one in "${addresses[@]}"; do echo "$ip$one$mask"; done
}

joined() { paste -sd, -; }

make_root() {
    local constraints
    constraints=$(items 'permitted;DNS:' 'permitted;IP:' /255.255.255.255)
    # A kind that is not named at all would be free.
    [ ${#addresses[@]} -gt 0 ] || constraints+=$'\nexcluded;IP:0.0.0.0/0.0.0.0'
    constraints+=$'\nexcluded;IP:0:0:0:0:0:0:0:0/0:0:0:0:0:0:0:0'
    cat >"$work/root.cnf" <<EOF
[req]
distinguished_name = subject
prompt = no
[subject]
O = cafe-pos
CN = cafe-pos at ${names[0]} ($(date +%F))
[root]
basicConstraints = critical, CA:TRUE, pathlen:0
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
nameConstraints = critical, $(joined <<<"$constraints")
EOF
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -sha256 -days "$root_days" \
        -config "$work/root.cnf" -extensions root -keyout "$work/root.key" -out "$work/root.crt" 2>"$work/said" ||
        die "openssl made no root: $(cat "$work/said")"
    mv "$work/root.key" "$authority/root.key"
    mv "$work/root.crt" "$authority/root.crt"
}

# Whether nginx' certificate has exactly these names, the root's signature, its own key, and time left.
is_good() {
    [ -f "$tls/fullchain.pem" ] && [ -f "$tls/privkey.pem" ] || return 1
    openssl x509 -in "$tls/fullchain.pem" -noout -checkend "$renew_before" >/dev/null || return 1
    verifies "$tls/fullchain.pem" >/dev/null 2>&1 || return 1
    [ "$(openssl x509 -in "$tls/fullchain.pem" -noout -pubkey)" = "$(openssl pkey -in "$tls/privkey.pem" -pubout)" ] || return 1
    local has
    has=$(openssl x509 -in "$tls/fullchain.pem" -noout -ext subjectAltName | sed 1d | tr -d ' ' | tr ',' '\n' | sort)
    [ "$has" = "$(items DNS: IPAddress: '' | sort)" ]
}

verifies() { openssl verify -x509_strict -purpose sslserver -CAfile "$authority/root.crt" "$1"; }

make_leaf() {
    cat >"$work/leaf.cnf" <<EOF
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid:always
subjectAltName = $(items DNS: IP: '' | joined)
EOF
    {
        openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -sha256 -subj "/CN=${names[0]}" \
            -keyout "$work/privkey.pem" -out "$work/leaf.csr" &&
            openssl x509 -req -in "$work/leaf.csr" -sha256 -days "$leaf_days" -set_serial "0x$(openssl rand -hex 16)" \
                -CA "$authority/root.crt" -CAkey "$authority/root.key" -extfile "$work/leaf.cnf" -out "$work/fullchain.pem"
    } 2>"$work/said" || die "openssl made no certificate: $(cat "$work/said")"
    if ! verifies "$work/fullchain.pem" >/dev/null 2>"$work/said"; then
        echo "This authority may not vouch for $(items '' '' '' | joined): $(grep -m1 'error ' "$work/said" || cat "$work/said")" >&2
        die 'It was made for other names. Nothing was changed. Another authority is made with `certificates.sh new-root` and the
same names; every tablet then has to trust the new one.'
    fi
    mv "$work/privkey.pem" "$tls/privkey.pem"
    chmod 644 "$work/fullchain.pem"
    mv "$work/fullchain.pem" "$tls/fullchain.pem"
    items 'name ' 'address ' '' >"$authority/names"
}

# Says `issued` or `kept`.
issue() {
    [ "$(date +%Y)" -ge 2026 ] || die "the clock says $(date +%F): set it first, or nobody will believe the certificate"
    mkdir -p "$authority" "$tls"
    chmod 700 "$authority"
    chmod 755 "$tls"
    work=$(mktemp -d "$authority/.work.XXXXXX")
    trap 'rm -rf "$work"' EXIT
    [ -f "$authority/root.key" ] && [ -f "$authority/root.crt" ] || make_root
    # What tablets download; the program may read it.
    install -m 644 "$authority/root.crt" "$tls/root.crt"
    if is_good; then
        echo kept
    else
        make_leaf
        echo issued
    fi
}

show() {
    [ -f "$authority/root.crt" ] || die 'there is no authority of this box'
    items '  ' '  ' ''
    echo "The certificate ends on $(openssl x509 -in "$tls/fullchain.pem" -noout -enddate | cut -d= -f2)."
    echo "The authority \"$(openssl x509 -in "$authority/root.crt" -noout -subject -nameopt multiline | sed -n 's/.*commonName *= //p')\" ends on $(openssl x509 -in "$authority/root.crt" -noout -enddate | cut -d= -f2)."
    echo "Its SHA-256 fingerprint:"
    openssl x509 -in "$authority/root.crt" -noout -fingerprint -sha256 | cut -d= -f2
}

what=${1:-}
[ $# = 0 ] || shift
case $what in
issue)
    read_names "$@"
    issue
    ;;
renew)
    read_names
    if [ "$(issue)" = issued ]; then
        echo 'A new certificate; nginx reads it.'
        systemctl reload nginx
    else
        echo 'The certificate is good for more than 60 days.'
    fi
    ;;
new-root)
    read_names "$@"
    rm -f "$authority/root.key" "$authority/root.crt"
    issue
    ;;
show)
    read_names
    show
    ;;
*) die 'issue, renew, new-root or show?' ;;
esac

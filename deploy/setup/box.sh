#!/usr/bin/env bash
# `make box`: the box from nothing, on a real systemd. In namespaces of its own (no network of this machine), a fresh Debian
# boots with systemd as its first process; the till is installed in it as deploy/README.md says, killed, upgraded to a
# release that is good and to one that is broken, at night and with the power cut in between, and taken back. It prints what
# it finds. As root; the Debian and its packages are fetched once into target/box. SUITE=trixie takes Debian 13.
. "$(dirname "$0")/common.sh"

[ "$(id -u)" = 0 ] || { echo 'Run this as root: it makes namespaces and a Debian of its own.' >&2 && exit 1; }
deploy/setup/need.sh rust compiler openssl box
binary=${BINARY:-}
if [ -z "$binary" ]; then
    cargo build --workspace
    binary=target/debug/cafe-pos
fi

suite=${SUITE:-bookworm}
base=$PWD/target/box/$suite
name=cafe.local address=192.168.77.10

# ---- A Debian with the packages that install.sh will ask for lying in it, so that it needs no network
if [ ! -f "$base.ready" ]; then
    say "A fresh Debian ($suite), once"
    rm -rf "$base"
    mkdir -p "$base"
    log=$base.log
    {
        debootstrap --variant=minbase --include=systemd,systemd-sysv,dbus,iproute2,curl,ca-certificates,procps "$suite" "$base"
        cp /etc/resolv.conf "$base/etc/resolv.conf"
        chroot "$base" apt-get update
        chroot "$base" apt-get install -y --no-install-recommends --download-only postgresql-common postgresql nginx openssl avahi-daemon
        mkdir "$base/srv/packages"
        mv "$base"/var/cache/apt/archives/*.deb "$base/srv/packages/"
        (cd "$base/srv/packages" && dpkg-scanpackages . >Packages)
    } >"$log" 2>&1 || { tail -n 5 "$log" >&2 && exit 1; }
    touch "$base.ready"
fi

# ---- It boots
here=$(mktemp -d "$PWD/target/box/run.XXXXXX")
outer=''
inner=''
end() {
    [ -z "$outer" ] || kill -9 "$outer" 2>/dev/null || true
    sleep 0.5
    rm -rf "$here"
}
trap end EXIT
mkdir "$here/upper" "$here/work" "$here/root"

boot() {
    # The first process of the namespaces lays the machine out and becomes systemd. What is mounted goes with it.
    # shellcheck disable=SC2016
    unshare --pid --mount --uts --ipc --net --cgroup --fork --kill-child bash -euc '
        base=$1 here=$2 address=$3
        mount --make-rprivate /
        mount -t overlay -o "lowerdir=$base,upperdir=$here/upper,workdir=$here/work" overlay "$here/root"
        cd "$here/root"
        mount -t proc proc proc
        mount -t sysfs -o ro sysfs sys
        mount -t cgroup2 cgroup2 sys/fs/cgroup
        mount -t tmpfs -o mode=755 tmpfs run
        mount -t tmpfs -o mode=755 tmpfs dev
        for one in null:3 zero:5 full:7 random:8 urandom:9; do mknod -m 666 "dev/${one%:*}" c 1 "${one#*:}"; done
        mknod -m 666 dev/tty c 5 0
        mkdir -p dev/pts dev/shm old
        mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts dev/pts
        ln -s pts/ptmx dev/ptmx
        ln -s /proc/self/fd dev/fd
        mount -t tmpfs -o mode=1777 tmpfs dev/shm
        echo "deb [trusted=yes] file:/srv/packages ./" >etc/apt/sources.list
        rm -f etc/apt/sources.list.d/*
        # The kernel is this machine'"'"'s; it takes no modules from in there.
        ln -sf /dev/null etc/systemd/system/systemd-modules-load.service
        echo cafe >etc/hostname
        hostname cafe
        ip link set lo up
        ip address add "$address/32" dev lo
        pivot_root . old
        umount -l old
        exec env -i container=cafe-box PATH=/usr/sbin:/usr/bin:/sbin:/bin \
            /lib/systemd/systemd --log-target=null --show-status=no </dev/null >/dev/null 2>&1
    ' boot "$base" "$here" "$address" &
    outer=$!
    disown
    local last=$((SECONDS + 30))
    until inner=$(pgrep -P "$outer" | head -n 1) && [ -n "$inner" ] && [ "$(cat "/proc/$inner/comm" 2>/dev/null)" = systemd ]; do
        [ "$SECONDS" -lt "$last" ] || fail 'nothing boots'
        sleep 0.1
    done
    until inside test -S /run/systemd/private; do
        [ "$SECONDS" -lt "$last" ] || fail 'systemd does not answer'
        sleep 0.1
    done
    inside systemctl is-system-running --wait >/dev/null || true
}

# The power goes.
power_cut() {
    kill -9 "$outer"
    while kill -0 "$outer" 2>/dev/null; do sleep 0.1; done
}

inside() { nsenter -t "$inner" --all env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 "$@"; }
script() { inside bash -euo pipefail -c "$1"; }
fail() {
    echo "FAILED: $*" >&2
    [ -z "$inner" ] || inside journalctl --no-pager --lines=30 --output=short-precise -u 'cafe-pos*' -u nginx >&2 || true
    exit 1
}
must() {
    local what=$1 said
    shift
    said=$("$@" 2>&1) || fail "$what: $said"
    echo "ok   $what"
}
must_not() {
    local what=$1 said
    shift
    ! said=$("$@" 2>&1) || fail "$what: $said"
    echo "ok   $what"
}
# What it answers, and by which exit code.
ends_with() {
    local code=$1 status=0
    shift
    inside "$@" 2>&1 || status=$?
    [ "$status" = "$code" ] || fail "$* ended with $status instead of $code"
}
current() { inside readlink /opt/cafe-pos/current; }
pid() { inside systemctl show --property=MainPID --value cafe-pos; }
ask() { inside curl -sS --max-time 5 --resolve "$name:443:127.0.0.1" --resolve "$name:80:127.0.0.1" "$@"; }
rows() { script "psql=\$(ls -d /usr/lib/postgresql/*/bin)/psql; runuser -u cafe-pos -- \$psql -h /var/lib/cafe-pos/postgres/run -U pos -Atc \"$1\" pos"; }

say 'It boots'
boot
[ -z "$(inside systemctl --failed --no-legend)" ] || fail "it does not come up: $(inside systemctl --failed --no-legend)"
echo "ok   $(inside sed -n 's/^PRETTY_NAME=//p' /etc/os-release | tr -d '"'), systemd $(inside systemctl --version | sed -n '1s/systemd \([0-9]*\).*/\1/p') is process $(inside cat /proc/1/stat | cut -d' ' -f1)"

say 'Installed as deploy/README.md says'
inside mkdir -p /root/cafe-pos
tar c deploy | inside tar x -C /root/cafe-pos
inside install -m 755 /dev/stdin /root/cafe-pos/cafe-pos <"$binary"
begun=$SECONDS
inside /root/cafe-pos/deploy/box/install.sh --binary /root/cafe-pos/cafe-pos --name $name --address $address --seed
echo "installed in $((SECONDS - begun)) s"

say 'What it is'
must 'no Postgres listens, and none but the private one runs' script '[ -z "$(ss -Hltn "sport = 5432")" ] && [ -z "$(pgrep -x postgres -u postgres)" ]'
must 'the program listens on this machine only' script 'ss -Hltn "sport = 3000" | grep -q 127.0.0.1:3000; ! ss -Hltn "sport = 3000" | grep -vq 127.0.0.1'
must 'the settings and the keys are for root only' script '[ "$(stat -c %a:%U /etc/cafe-pos/cafe-pos.env /etc/cafe-pos/authority /etc/cafe-pos/authority/root.key /etc/cafe-pos/tls/privkey.pem | sort -u | paste -sd" ")" = "600:root 700:root" ]'
must 'a backup is made and proved' inside cafe-pos backup run
must 'cafe-pos check has nothing to do' inside cafe-pos check
inside cafe-pos check | sed 's/^/       /'
inside systemd-analyze security --no-pager cafe-pos | tail -n 1 | sed 's/^/       /'
echo "       memory: $(script 'p=$(systemctl show -p MainPID --value cafe-pos); awk "/VmRSS/ {print int(\$2/1024)}" /proc/$p/status') MB the program, $(script 'awk "/^Pss:/ {sum += \$2} END {print int(sum/1024)}" $(pgrep -x postgres | sed "s|.*|/proc/&/smaps_rollup|")') MB its Postgres (shared pages counted once)"

say 'HTTPS by the box'"'"'s own authority'
root=/etc/cafe-pos/tls/root.crt
must 'a device that trusts it gets in by name' ask --fail --cacert $root "https://$name/api/health"
must 'and by address' ask --fail --cacert $root "https://$address/api/health"
must_not 'a device that does not is warned' ask "https://$name/api/health"
must 'the page that brings the root comes without HTTPS' script "curl -sS --fail --resolve $name:80:127.0.0.1 http://$name/trust | grep -q \"\$(/opt/cafe-pos/box/certificates.sh show | tail -n 1)\""
must 'and so does the root itself' script "curl -sS --fail --resolve $name:80:127.0.0.1 http://$name/trust/root.crt | openssl x509 -inform DER -noout -fingerprint -sha256 | grep -q \"\$(/opt/cafe-pos/box/certificates.sh show | tail -n 1)\""
must 'everything else leads to HTTPS' script "[ \"\$(curl -sS -o /dev/null -w '%{http_code} %{redirect_url}' --resolve $name:80:127.0.0.1 http://$name/sign-in)\" = '308 https://$name/sign-in' ]"
must 'the renewal finds nothing to do' inside systemctl start cafe-pos-certificate.service
must 'and a certificate near its end is renewed, by the same root' script "
    before=\$(sha256sum $root); old=\$(openssl x509 -in /etc/cafe-pos/tls/fullchain.pem -noout -serial)
    sed -i 's/^leaf_days=397/leaf_days=30/' /opt/cafe-pos/box/certificates.sh; rm /etc/cafe-pos/tls/fullchain.pem; /opt/cafe-pos/box/certificates.sh issue
    sed -i 's/^leaf_days=30/leaf_days=397/' /opt/cafe-pos/box/certificates.sh; near=\$(openssl x509 -in /etc/cafe-pos/tls/fullchain.pem -noout -serial)
    systemctl start cafe-pos-certificate.service
    new=\$(openssl x509 -in /etc/cafe-pos/tls/fullchain.pem -noout -serial); [ \"\$new\" != \"\$near\" ] && [ \"\$before\" = \"\$(sha256sum $root)\" ]
    sleep 1; echo | openssl s_client -connect 127.0.0.1:443 2>/dev/null | openssl x509 -noout -serial | grep -q \"\$new\""

say 'Killed'
first=$(pid)
script "kill -9 $first"
begun=$(date +%s%N)
until ask --fail --cacert $root -o /dev/null "https://$name/api/health" 2>/dev/null; do
    [ $(($(date +%s%N) - begun)) -lt 60000000000 ] || fail 'it does not come back'
    sleep 0.1
done
[ "$(pid)" != "$first" ] || fail 'it was not killed'
echo "ok   the program was killed; systemd had it back and well after $((($(date +%s%N) - begun) / 1000000)) ms"
must 'it stops politely' script 'systemctl stop cafe-pos; [ "$(systemctl show -p Result --value cafe-pos)" = success ]; ! pgrep -u cafe-pos'
must 'and starts again' inside systemctl start cafe-pos
until ask --fail --cacert $root -o /dev/null "https://$name/api/health" 2>/dev/null; do sleep 0.1; done

say 'A good release, by hand'
people=$(rows 'SELECT count(*) FROM staff')
rows "INSERT INTO areas (id, name) VALUES (gen_random_uuid(), 'Written before the upgrades')" >/dev/null
was=$(current)
script 'cp /root/cafe-pos/cafe-pos /root/next && echo "another build" >>/root/next'
begun=$SECONDS
watch=$(mktemp -p "$here")
while :; do echo "$(date +%s%3N) $(ask --cacert $root -o /dev/null -w '%{http_code}' "https://$name/api/health" 2>/dev/null)" >>"$watch"; done &
watcher=$!
disown
ends_with 0 /opt/cafe-pos/box/upgrade.sh /root/next
kill "$watcher"
echo "upgraded in $((SECONDS - begun)) s, with its backup; unanswered for $(awk '$2 != 200 && !from {from = $1} $2 != 200 {to = $1} END {print to - from}' "$watch") ms"
[ "$(current)" != "$was" ] || fail 'nothing changed'
good=$(current)

say 'One that ends at once, at night'
script 'printf "#!/bin/sh\n[ \"\$1\" = --version ] && exec echo cafe-pos 9.0.0\nexit 1\n" >/opt/cafe-pos/incoming/ends && cd /opt/cafe-pos/incoming && sha256sum ends >ends.sha256'
inside systemctl start cafe-pos-upgrade.service 2>/dev/null && fail 'the timer'"'"'s service should have failed'
inside journalctl -u cafe-pos-upgrade.service --output=cat --no-pager | grep '^upgrade:' | sed 's/^/       /'
[ "$(current)" = "$good" ] || fail 'it was not taken back'
must 'the release before is back and well' ask --fail --cacert $root "https://$name/api/health"
must 'the next night does not take it again' script 'systemctl start cafe-pos-upgrade.service; journalctl -u cafe-pos-upgrade.service --output=cat --no-pager | grep -q "not taken again"'
script 'rm /opt/cafe-pos/incoming/*'

say 'One that starts and never becomes well'
script 'printf "#!/bin/sh\n[ \"\$1\" = --version ] && exec echo cafe-pos 9.0.1\n[ \"\$1\" = serve ] && exec sleep 1000\nexit 1\n" >/root/hangs; chmod 755 /root/hangs'
ends_with 2 env CAFE_PATIENCE=10 /opt/cafe-pos/box/upgrade.sh /root/hangs
[ "$(current)" = "$good" ] || fail 'it was not taken back'

say 'One whose file is not what its sum says, and one that others may write'
script 'cp /root/cafe-pos/cafe-pos /opt/cafe-pos/incoming/half && echo "half a copy" >>/opt/cafe-pos/incoming/half && cd /opt/cafe-pos/incoming && sha256sum half >half.sha256 && truncate -s -5 half'
ends_with 1 /opt/cafe-pos/box/upgrade.sh --unattended
script 'cd /opt/cafe-pos/incoming && sha256sum half >half.sha256 && chmod 666 half'
ends_with 1 /opt/cafe-pos/box/upgrade.sh --unattended
[ "$(current)" = "$good" ] || fail 'something was taken'

say 'A good one, at night'
script 'chmod 600 /opt/cafe-pos/incoming/half'
must 'it is taken' inside systemctl start cafe-pos-upgrade.service
[ "$(current)" != "$good" ] || fail 'nothing changed'
must 'and is gone from the folder' script '[ -z "$(ls /opt/cafe-pos/incoming)" ]'
before_cut=$(current)

say 'The power goes in the middle of an upgrade to a broken one'
inside bash -c 'CAFE_PATIENCE=600 /opt/cafe-pos/box/upgrade.sh /root/hangs' >/dev/null 2>&1 &
until script '[ -f /opt/cafe-pos/upgrading ] && [ "$(readlink /opt/cafe-pos/current)" != "'"$before_cut"'" ]' 2>/dev/null; do sleep 0.2; done
power_cut
mkdir -p "$here/upper/etc/systemd/system/cafe-pos-upgrade-finish.service.d"
printf '[Service]\nEnvironment=CAFE_PATIENCE=10\n' >"$here/upper/etc/systemd/system/cafe-pos-upgrade-finish.service.d/test.conf"
boot
begun=$SECONDS
until [ "$(current)" = "$before_cut" ] && ask --fail --cacert $root -o /dev/null "https://$name/api/health" 2>/dev/null; do
    [ $((SECONDS - begun)) -lt 90 ] || fail 'the release before does not come back'
    sleep 0.5
done
echo 'ok   after the next boot the release before is back and well'

say 'Nothing was lost'
must 'the people are there' [ "$(rows 'SELECT count(*) FROM staff')" = "$people" ]
must 'and what was written before the upgrades' [ "$(rows "SELECT count(*) FROM areas WHERE name = 'Written before the upgrades'")" = 1 ]
must 'cafe-pos check has nothing to do' inside cafe-pos check
echo "       releases kept: $(inside ls /opt/cafe-pos/releases | paste -sd' ')"

say 'The disk is lost, and a backup brought from elsewhere'
inside cafe-pos backup run | sed 's/^/       /'
script 'cp "$(ls -t /var/lib/cafe-pos/backups/*.tar | head -n 1)" /root/from-elsewhere.tar
    systemctl stop cafe-pos; rm -rf /var/lib/cafe-pos/*'
script 'install -d -o cafe-pos -g cafe-pos -m 700 /var/lib/cafe-pos/backups
    install -o cafe-pos -g cafe-pos -m 600 /root/from-elsewhere.tar /var/lib/cafe-pos/backups/'
inside cafe-pos restore /var/lib/cafe-pos/backups/from-elsewhere.tar | sed 's/^/       /'
must 'it starts on it' inside systemctl start cafe-pos
until ask --fail --cacert $root -o /dev/null "https://$name/api/health" 2>/dev/null; do sleep 0.1; done
must 'the people are there' [ "$(rows 'SELECT count(*) FROM staff')" = "$people" ]
inside cafe-pos backup run >/dev/null

say 'Installed again: nothing changes'
secrets=$(script 'sha256sum /etc/cafe-pos/cafe-pos.env /etc/cafe-pos/tls/* /etc/cafe-pos/authority/*')
begun=$SECONDS
must 'install.sh, once more' inside /root/cafe-pos/deploy/box/install.sh --binary "/opt/cafe-pos/$(current)/cafe-pos"
echo "       in $((SECONDS - begun)) s"
[ "$secrets" = "$(script 'sha256sum /etc/cafe-pos/cafe-pos.env /etc/cafe-pos/tls/* /etc/cafe-pos/authority/*')" ] || fail 'secrets changed'
say 'A real name and its certificate instead'
script 'mkdir /root/public && cd /root/public
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "/CN=An authority that everybody trusts" -keyout ca.key -out /usr/local/share/ca-certificates/everybody.crt
    update-ca-certificates
    openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=till.example.com -keyout privkey.pem -out csr.pem
    echo "subjectAltName=DNS:till.example.com" >ext
    openssl x509 -req -in csr.pem -days 1 -set_serial 5 -CA /usr/local/share/ca-certificates/everybody.crt -CAkey ca.key -extfile ext -out fullchain.pem' >/dev/null 2>&1
must 'install.sh with a certificate' inside /root/cafe-pos/deploy/box/install.sh --binary "/opt/cafe-pos/$(current)/cafe-pos" \
    --name till.example.com --certificate /root/public/fullchain.pem --key /root/public/privkey.pem
must 'a device that was told nothing gets in, and is told to come by HTTPS only' script "curl -sSi --fail --resolve till.example.com:443:127.0.0.1 https://till.example.com/api/health | grep -qi strict-transport-security"
must 'there is no authority to hand out any more' script "curl -sS --resolve till.example.com:443:127.0.0.1 https://till.example.com/trust | grep -q 'no authority of its own'; [ \"\$(systemctl is-active cafe-pos-certificate.timer)\" = inactive ]"
must_not 'a key of another certificate is refused' inside /root/cafe-pos/deploy/box/install.sh --binary "/opt/cafe-pos/$(current)/cafe-pos" \
    --name till.example.com --certificate /root/public/fullchain.pem --key /root/public/ca.key

must 'no unit has failed but those that were to' script '[ -z "$(systemctl --failed --no-legend | grep -v cafe-pos-upgrade)" ]'
echo
echo 'The box works.'

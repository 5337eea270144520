#!/bin/sh
# Started by nginx's container before nginx itself. nginx looks a name up when it reads its settings; instances come and go
# after that (--scale, a new version), so this looks every two seconds and has the settings read again when they changed.
addresses() {
    { getent ahostsv4 pos-app || nslookup pos-app 127.0.0.11; } 2>/dev/null | grep -oE '([0-9]+\.){3}[0-9]+' | sort -u
}

follow() {
    known=$(addresses)
    while sleep 2; do
        now=$(addresses)
        # Without any instance nginx could not read its settings; it keeps those it has.
        if [ -n "$now" ] && [ "$now" != "$known" ] && nginx -s reload; then
            echo "follow: pos-app is now at" $now
            known=$now
        fi
    done
}

follow &

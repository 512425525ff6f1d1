#!/bin/sh
# Make sure that the tests have what no Python package brings: need_system.sh postgresql|chromium|nginx-light|systemd
# Exit 0: it is there, or was installed (as root on Debian). Exit 1: one line has said what to install.
set -eu

there() {
    case $1 in
    postgresql) command -v initdb >/dev/null 2>&1 || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 ;;
    chromium) command -v chromium >/dev/null 2>&1 ;;
    nginx-light) command -v nginx >/dev/null 2>&1 || [ -x /usr/sbin/nginx ] ;;
    systemd) command -v systemd-analyze >/dev/null 2>&1 ;;
    *) echo "need_system.sh knows postgresql, chromium, nginx-light and systemd, not '$1'" >&2 && exit 2 ;;
    esac
}

if there "$1"; then
    exit 0
fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "set-up: installing $1, which the tests need" >&2
    log=$(mktemp)
    # RUNLEVEL=1: what is installed for the tests is not started as a service of this machine's
    if (apt-get -qq update && RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install "$1") \
        >"$log" 2>&1 && there "$1"; then
        rm -f "$log"
        exit 0
    fi
    tail -n 5 "$log" >&2
    rm -f "$log"
fi
echo "$1 is missing, so its tests cannot run; on Debian: apt-get install $1" >&2
exit 1

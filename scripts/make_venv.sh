#!/bin/sh
# Make the virtual environment at $1 with the first Python that fits: $PYTHON if given, else 3.11 (what the locks
# are tested with), else any newer one. Debian keeps the venv module in a package of its own.
set -eu

venv=$1

say() { echo "set-up: $*" >&2; }

fits() {
    command -v "$1" >/dev/null 2>&1 && "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

if "$venv/bin/python" -c 'import sys, pip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
    exit 0
fi

python=
for candidate in ${PYTHON:-python3.11 python3 python3.12 python3.13 python3.14 python}; do
    if fits "$candidate"; then
        python=$candidate
        break
    fi
done
if [ -z "$python" ]; then
    say "Python 3.11 or newer is needed; name it with: make setup PYTHON=/path/to/python"
    exit 1
fi

if ! "$python" -c 'import ensurepip, venv' >/dev/null 2>&1; then
    package=$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
        say "installing $package"
        apt-get -qq update
        DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install "$package" >/dev/null
    else
        say "Python's venv module is missing; on Debian: apt-get install $package"
        exit 1
    fi
fi

say "making $venv with $("$python" --version)"
"$python" -m venv --clear "$venv"

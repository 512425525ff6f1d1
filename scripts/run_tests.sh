#!/usr/bin/env bash
# The whole suite: lint, then the quick tests side by side, then those that need a real PostgreSQL, a real browser,
# or a server to kill. What the machine lacks is installed, or its tests are left out with one line that says so;
# with CI=true nothing is left out.
set -uo pipefail

bin=${BIN:-.venv/bin}
failed=()
left_out=()
told=$(mktemp)
trap 'rm -f "$told"' EXIT

stage() {
    local name=$1
    shift
    echo "test: $name" >&2
    "$bin/python" -m pytest -q "$@" | tee -a "$told"
    local outcome=${PIPESTATUS[0]}
    # pytest's 5 is "no test was collected", which is no failure of a stage that has none yet.
    ((outcome == 0 || outcome == 5)) || failed+=("$name")
}

needs() {
    sh scripts/need_system.sh "$1" && return 0
    left_out+=("$1")
    [[ ${CI:-} != true ]] || failed+=("$1 is missing")
    return 1
}

BIN=$bin bash scripts/run_lint.sh || failed+=("lint")
for tried in systemd nginx-light; do needs "$tried" || true; done # what deploy/ holds is tried with these
stage "units and properties" -n 2 -m "not postgres and not browser and not fault"
if needs postgresql; then
    stage "PostgreSQL" -n 2 -m "postgres and not browser and not fault"
fi
if needs chromium; then
    stage "browser" -n 2 -m "browser and not fault"
fi
# Two at a time: they wait for processes and sockets more than they work. Each worker has a PostgreSQL of its own; tests
# of one running service are one group, lest each worker start it.
stage "faults" -n 2 --dist loadgroup -m "fault"

# "3 failed, 600 passed, 1 skipped in 4.43s" at the end of each stage
count() { grep -E ' in [0-9.]+s' "$told" | grep -oE "[0-9]+ $1" | awk '{ n += $1 } END { print n + 0 }'; }
echo "test: $(count passed) passed, $(($(count failed) + $(count error))) failed, $(count skipped) skipped"

for package in "${left_out[@]}"; do
    echo "test: LEFT OUT for want of $package" >&2
done
if ((${#failed[@]})); then
    printf 'test: FAILED: %s\n' "${failed[@]}" >&2
    exit 1
fi
echo "test: all passed" >&2

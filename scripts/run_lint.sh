#!/usr/bin/env bash
# All the linters, each to its end, so that one run tells everything there is to mend.
set -uo pipefail

bin=${BIN:-.venv/bin}
failed=()

check() {
    echo "lint: $*" >&2
    "$@" || failed+=("$1")
}

check "$bin/ruff" check --quiet .
check "$bin/ruff" format --check --quiet .
check "$bin/lint-imports"
check "$bin/mypy" --no-error-summary
for script in scripts/*.sh .ci/run; do
    bash -n "$script" || failed+=("$script")
done

if ((${#failed[@]})); then
    echo "lint: failed: ${failed[*]##*/}" >&2
    exit 1
fi

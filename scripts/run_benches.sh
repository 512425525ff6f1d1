#!/usr/bin/env bash
# Each speed claim is one module, bench/NAME.py, which measures, prints, and exits 1 when its claim does not hold.
set -uo pipefail

bin=${BIN:-.venv/bin}
failed=()
ran=0

for name in turn claims due search understand rehearse enrol desk; do
    [[ $name == *"${ONLY:-}"* ]] || continue
    echo "bench: $name" >&2
    "$bin/python" -m "bench.$name" || failed+=("$name")
    ran=$((ran + 1))
done

if ((ran == 0)); then
    echo "bench: there is no bench called ${ONLY:-}" >&2
    exit 1
fi
if ((${#failed[@]})); then
    printf 'bench: the claim of %s does not hold\n' "${failed[@]}" >&2
    exit 1
fi

#!/usr/bin/env bash
# Each speed claim is one file, bench/NAME_bench.py, which measures, prints, and exits 1 when its claim does not hold.
set -uo pipefail
shopt -s nullglob

bin=${BIN:-.venv/bin}
failed=()
ran=0

for bench in bench/*"${ONLY:-}"*_bench.py; do
    echo "bench: $bench" >&2
    "$bin/python" "$bench" || failed+=("$bench")
    ran=$((ran + 1))
done

if ((ran == 0)); then
    echo "bench: there is no bench/*${ONLY:-}*_bench.py" >&2
    exit 1
fi
if ((${#failed[@]})); then
    printf 'bench: the claim of %s does not hold\n' "${failed[@]}" >&2
    exit 1
fi

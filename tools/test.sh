#!/bin/sh
# Runs the tests: first, two at a time, those that stand each other; then, one by one, those that want the machine for themselves.
# usage: sh tools/test.sh WEIGHTS ARGILLA RAY PROXY [more for pytest]        1 or 0: also the tests that need them
set -eu
cd "$(dirname "$0")/.."
weights=$1 argilla=$2 ray=$3 proxy=$4
shift 4

PY="${PY:-.venv/bin/python}"
found=0
# Fails as pytest does, but for having found nothing: what is asked for may stand in the other half.
pytest() {
    status=0
    "$PY" -m pytest "$@" || status=$?
    case $status in
        0) found=1 ;;
        5) ;;
        *) exit "$status" ;;
    esac
}

alone=""
[ "$weights" = 1 ] && alone="weights"
[ "$argilla" = 1 ] && alone="${alone:+$alone or }argilla"
[ "$ray" = 1 ] && alone="${alone:+$alone or }ray"
[ "$proxy" = 1 ] && alone="${alone:+$alone or }proxy"
pytest -n 2 --dist loadfile -m "not torture and not weights and not argilla and not ray and not proxy" "$@"
[ -z "$alone" ] || pytest -m "($alone) and not torture" "$@"
[ "$found" = 1 ] || { echo "There is no such test." >&2; exit 1; }

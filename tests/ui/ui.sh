#!/bin/sh
# The web page in a real Chromium, against the real daemon and sandbox. Usage: ui.sh BUILD_DIR PICTURES_DIR
set -eu
build=$(cd -- "$1" && pwd)
mkdir -p "$2"
pictures=$(cd -- "$2" && pwd)
rm -f "$pictures"/*.png "$pictures"/*.json
cd -- "$(dirname -- "$0")"
if [ ! -f node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
    npm ci --ignore-scripts --no-audit --no-fund
fi
IDFERRY_BUILD=$build IDFERRY_PICTURES=$pictures exec node --test ui_test.mjs

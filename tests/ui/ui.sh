#!/bin/sh
# The web page in a real Chromium, against the real daemon and sandbox. Usage: ui.sh BUILD_DIR OUT_DIR
# Pictures and findings are left in OUT_DIR; what npm brings lies in OUT_DIR/npm.
set -eu
here=$(cd -- "$(dirname -- "$0")" && pwd)
build=$(cd -- "$1" && pwd)
mkdir -p "$2/npm"
out=$(cd -- "$2" && pwd)
rm -f "$out"/*.png "$out"/*.json
if ! cmp -s "$here/package-lock.json" "$out/npm/package-lock.json" || [ ! -d "$out/npm/node_modules/playwright-core" ]; then
    cp "$here/package.json" "$here/package-lock.json" "$out/npm"
    (cd "$out/npm" && npm ci --ignore-scripts --no-audit --no-fund) || { rm -f "$out/npm/package-lock.json"; exit 1; }
fi
export IDFERRY_BUILD="$build" IDFERRY_PICTURES="$out" IDFERRY_MODULES="$out/npm"
status=0
node --test --test-reporter=spec "$here/ui_test.mjs" || status=$?
echo "    pictures and findings: $2"
exit "$status"

#!/bin/sh
# The demonstration: a company of 200 people on loopback, from the first plan to a disaster that does not happen.
# Usage: demo.sh BUILD_DIR. Leaves the reports in BUILD_DIR/demo to look at.
set -eu

build=$1
out=$build/demo
idferry=$build/idferry
rm -rf "$out"
mkdir -p "$out"

bold='' plain='' faint=''
colour=--no-color
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then
    bold=$(printf '\033[1m') plain=$(printf '\033[0m') faint=$(printf '\033[2m')
    colour=
fi
chapter() { printf '\n%s%s%s\n\n' "$bold" "$*" "$plain"; }
say() { printf '%s%s%s\n' "$faint" "$*" "$plain"; }
shown() { printf '%s$ %s%s\n' "$bold" "$*" "$plain"; }

# The sandbox: Bare.ID and Showpad, over TLS, with their own certificate authority.
mkfifo "$out/sandbox.stdin"
"$build/idferry-sandbox" --users 200 --groups 12 --seed 7 --dir "$out/sandbox" --exit-with-parent \
    <"$out/sandbox.stdin" >"$out/sandbox.log" 2>&1 &
sandbox=$!
exec 9>"$out/sandbox.stdin"
trap 'exec 9>&-; kill "$sandbox" 2>/dev/null || true; rm -f "$out/sandbox.stdin"' EXIT INT TERM
tries=0
while [ ! -f "$out/sandbox/sandbox.json" ]; do
    tries=$((tries + 1))
    if [ "$tries" -gt 200 ] || ! kill -0 "$sandbox" 2>/dev/null; then
        echo "the sandbox did not start:" >&2
        cat "$out/sandbox.log" >&2
        exit 1
    fi
    sleep 0.05
done
control=$(sed -n 's/.*"control": "\(.*\)".*/\1/p' "$out/sandbox/sandbox.json")

# ask METHOD PATH [BODY]: changes something in the sandbox, as an administrator of the real system would.
ask() { curl --silent --show-error --fail --cacert "$out/sandbox/ca.pem" -X "$1" ${3:+--data "$3"} "$control$2" >/dev/null; }

# run FILE WANTED ARGUMENT...: runs idferry, keeps what it says in FILE, and insists on its exit code.
run() {
    file=$out/$1 wanted=$2
    shift 2
    shown "idferry $*"
    code=0
    # shellcheck disable=SC2086 # no argument when colours are wanted
    "$idferry" "$@" -c "$out/sandbox/idferry.yaml" --state "$out/state" $colour >"$file" 2>"$file.err" || code=$?
    if [ "$code" -ne "$wanted" ]; then
        echo "exit code $code instead of $wanted" >&2
        tail -n 20 "$file" "$file.err" >&2
        exit 1
    fi
}

chapter "1. What would happen?"
say "A company of 200 people lives in Bare.ID. Showpad is empty. A plan writes nothing anywhere."
run 1-plan.txt 2 plan
head -n 22 "$out/1-plan.txt"
say "    … $(($(wc -l <"$out/1-plan.txt") - 27)) lines more, then:"
tail -n 6 "$out/1-plan.txt"
say "Exit code 2: there are differences. Every attribute shows its value and the rule that made it."

chapter "2. Do it"
run 2-sync.txt 0 sync
tail -n 6 "$out/2-sync.txt"

chapter "3. And again: nothing"
run 3-plan.txt 0 plan
cat "$out/3-plan.txt"
say "Exit code 0. Nothing is ever written twice."

chapter "4. Three people change in Bare.ID"
say "One marries, one becomes a sales lead, one leaves the company."
people=$(sed -n 's/^    + \([^ ]*@acme.example\) .*/\1/p' "$out/1-plan.txt")
bride=$(printf '%s\n' "$people" | sed -n 10p)
lead=$(printf '%s\n' "$people" | sed -n 20p)
leaver=$(printf '%s\n' "$people" | sed -n 30p)
ask PATCH "bareid/users/$bride" '{"lastName":"Sommer-Lindqvist"}'
ask PUT "bareid/users/$lead/groups/%2Fstaff%2FSales%2FSales%20Leads"
ask DELETE "bareid/users/$leaver"
run 4-plan.txt 2 plan
cat "$out/4-plan.txt"
run 4-sync.txt 0 sync
tail -n 2 "$out/4-sync.txt"

chapter "5. A disaster: the source suddenly returns almost nobody"
say "A bug, a wrong permission, a half-restored backup: Bare.ID answers, with status 200, but lists 5 people."
ask POST knobs '{"bareid":{"shrink_users":5}}'
run 5-sync.txt 3 sync
grep -c '^    - ' "$out/5-sync.txt" | sed 's/^/  removals that would have followed: /'
sed -n '/REFUSED/,$p' "$out/5-sync.txt"
say "Exit code 3: the guards looked at the whole plan before the first write, and nobody lost anything."

chapter "6. The source is well again"
ask POST knobs '{"bareid":{"shrink_users":-1}}'
run 6-plan.txt 0 plan
tail -n 3 "$out/6-plan.txt"
printf '\nThe reports are in %s: look at 1-plan.txt for the whole first plan.\n' "$out"

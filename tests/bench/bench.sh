#!/bin/sh
# Measures idferry against the sandbox over TLS on loopback: first sync, a plan without changes, a plan with 1 % changes.
# Usage: bench.sh BUILD_DIR [USERS [GROUPS]]. Figures of one run are only compared with each other: the plan without
# changes with curl fetching the same URLs over as many connections, and memory with a tenth of the people.
set -eu

build=$1
users=${2:-100000}
groups=${3:-220}
idferry=$(cd "$build" && pwd)/idferry
work=$(mktemp -d "${TMPDIR:-/tmp}/idferry-bench.XXXXXX")
sandbox=
cleanup() {
    [ -z "$sandbox" ] || { kill "$sandbox" 2>/dev/null && wait "$sandbox" 2>/dev/null; } || true
    rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 1' INT TERM

now_ms() { echo $(($(date +%s%N) / 1000000)); }
seconds() { awk -v ms="$1" 'BEGIN { printf "%.2f", ms / 1000 }'; }

# start USERS GROUPS: a fresh sandbox and a configuration that reads the user list in pages of 200, rates lifted.
start() {
    [ -z "$sandbox" ] || { kill "$sandbox" && wait "$sandbox" 2>/dev/null; } || true
    rm -rf "$work/sandbox" "$work/state"
    "$build/idferry-sandbox" --users "$1" --groups "$2" --seed 11 --dir "$work/sandbox" --mode user_list >"$work/sandbox.log" 2>&1 &
    sandbox=$!
    while [ ! -f "$work/sandbox/sandbox.json" ]; do
        kill -0 "$sandbox" 2>/dev/null || { cat "$work/sandbox.log" >&2; exit 1; }
        sleep 0.1
    done
    control=$(sed -n 's/.*"control": "\(.*\)".*/\1/p' "$work/sandbox/sandbox.json")
    api=$(sed -n 's/.*"api_base": "\(.*\)".*/\1/p' "$work/sandbox/sandbox.json" | head -n 1)
    ca=$work/sandbox/ca.pem
    # The generated organisation has more leavers and groups than a cautious guard would let through at once: not the point here.
    sed 's/concurrency: 4/concurrency: '"$connections"'/' "$work/sandbox/idferry.yaml" >"$work/idferry.yaml"
}

# measure NAME WANTED ARGUMENT...: one run; leaves wall (ms), cpu, rss (KB), requests in variables.
measure() {
    name=$1 wanted=$2
    shift 2
    begun=$(now_ms)
    code=0
    "$idferry" "$@" -c "$work/idferry.yaml" --state "$work/state" --costs --no-progress >"$work/out" 2>"$work/err" || code=$?
    wall=$(($(now_ms) - begun))
    case " $wanted " in
    *" $code "*) ;;
    *)
        echo "$name: exit code $code instead of $wanted" >&2
        head -c 600 "$work/out" >&2
        tail -n 5 "$work/err" >&2
        exit 1
        ;;
    esac
    costs=$(grep '"cpu_seconds"' "$work/err")
    cpu=$(field cpu_seconds)
    rss=$(field peak_rss_kb)
    from_source=$(field source_requests) to_target=$(field target_requests)
    requests=$((from_source + to_target))
}
field() { printf '%s\n' "$costs" | sed 's/.*"'"$1"'":\([0-9.]*\).*/\1/'; }
row() { printf '%-34s %8s s wall %8s s CPU %7s MB peak %8s requests\n' "$1" "$(seconds "$wall")" "$cpu" "$((rss / 1024))" "$requests"; }

connections=4

printf 'A tenth first, for memory: %s people\n' "$((users / 10))"
start "$((users / 10))" "$groups"
measure "first sync" "0 4" sync
row "  first sync"
measure "plan without changes" "0 4 6" plan
row "  plan without changes"
small_rss=$rss

printf '\n%s people, %s groups, pages of 200, %s connections\n' "$users" "$groups" "$connections"
start "$users" "$groups"
measure "first sync" "0 4" sync
row "  first sync"

# Every URL that one plan without changes fetches, as the sandbox saw them.
curl -sS --cacert "$ca" -X DELETE "${control}requests" >/dev/null
measure "plan without changes" "0 4 6" plan
row "  plan without changes"
big_rss=$rss
decoded=$(field decoded) lookups=$(field lookups) written=$(field rows_written) unchanged=$(field people_unchanged)
curl -sS --cacert "$ca" "${control}requests?limit=100000" |
    grep -o '"target": *"/user/v1[^"]*"' | sed 's/.*"\(\/user[^"]*\)"/\1/' >"$work/urls"
secret=$(cat "$work/sandbox/bareid-secret")
token_url=$(sed -n 's/.*"token_url": "\(.*\)",*/\1/p' "$work/sandbox/sandbox.json" | head -n 1)
token=$(curl -sS --cacert "$ca" --data-urlencode grant_type=client_credentials --data-urlencode client_id=idferry \
    --data-urlencode "client_secret=$secret" "$token_url" | sed 's/.*"access_token": *"\([^"]*\)".*/\1/')
{
    echo "parallel"
    echo "parallel-max = $connections"
    echo "http1.1"
    echo "no-progress-meter"
    echo "fail"
    echo "cacert = $ca"
    echo "header = \"Authorization: Bearer $token\""
    while read -r target; do printf 'url = "%s%s"\noutput = /dev/null\n' "$api" "$target"; done <"$work/urls"
} >"$work/curl.conf"
[ "$(wc -l <"$work/urls")" -eq "$requests" ] ||
    echo "  (curl fetches $(wc -l <"$work/urls") URLs; idferry sent $from_source requests to the source, $to_target to the target)"

ratios=
for _ in 1 2 3 4 5 6 7 8 9; do
    begun=$(now_ms)
    curl -K "$work/curl.conf"
    floor=$(($(now_ms) - begun))
    measure "plan without changes" "0 4 6" plan
    ratios="$ratios $(awk -v a="$wall" -v b="$floor" 'BEGIN { printf "%.3f", a / b }')"
    pair_wall=$wall pair_floor=$floor
done
median=$(printf '%s\n' $ratios | sort -n | sed -n 5p)
printf '%-34s %8s s wall (curl, the same %s URLs)\n' "  bare download" "$(seconds "$pair_floor")" "$(wc -l <"$work/urls")"

# Everybody mapped again by changed rules that say the same: one more transform, then a path, and a list, by jq.
cp "$work/idferry.yaml" "$work/before.yaml"
path='name.familyName: name.familyName' list='emails: {from: emails, collapse: primary}'
sed "s/$path/name.familyName: {from: name.familyName, transform: trim}/" "$work/before.yaml" >"$work/plain.yaml"
sed "s#$path#name.familyName: {expression: '.name.familyName // empty'}#" "$work/before.yaml" >"$work/path.yaml"
sed "s#$list#emails: {expression: '([.emails[] | select(.primary)] + .emails)[:1]'}#" "$work/before.yaml" >"$work/list.yaml"
for rules in plain path list; do
    ! cmp -s "$work/before.yaml" "$work/$rules.yaml" || { echo "the configuration has no rule to change" >&2; exit 1; }
done
map_again() {
    cp "$work/$1.yaml" "$work/idferry.yaml"
    best=
    for _ in 1 2 3; do
        measure "plan --refresh, $1" "0 4 6" plan --refresh
        [ -n "$best" ] && [ "$(awk -v a="$cpu" -v b="$best" 'BEGIN { print (a < b) }')" = 0 ] || best=$cpu
    done
    cpu=$best
    row "  everybody again, $2"
}
map_again plain "new rules"
plain_cpu=$cpu plain_rss=$rss
map_again path "a path by jq"
path_cpu=$cpu path_rss=$rss
map_again list "a list by jq"
list_cpu=$cpu list_rss=$rss
cp "$work/before.yaml" "$work/idferry.yaml"

# One person in a hundred changes.
compact=$(curl -sS --cacert "$ca" "${control}state?server=bareid&form=compact" | grep -o '\["[^"@]*","[^"]*",true' | sed 's/^\["\([^"]*\)".*/\1/')
printf '%s\n' "$compact" | awk 'NR % 100 == 7' >"$work/changed"
{
    echo "no-progress-meter"
    echo "cacert = $ca"
    first=1
    while read -r name; do
        [ -n "$first" ] || { echo "next"; echo "no-progress-meter"; echo "cacert = $ca"; }
        first=
        printf 'request = PATCH\ndata = "{\\"attributes\\":{\\"title\\":\\"Changed\\",\\"department\\":\\"Bench\\"}}"\nurl = "%sbareid/users/%s"\noutput = /dev/null\n' "$control" "$name"
    done <"$work/changed"
} >"$work/change.conf"
curl -K "$work/change.conf"
measure "plan with changes" "2 4 6" plan
row "  plan with $(wc -l <"$work/changed") changes"

printf '\nplan without changes / bare download, wall, median of 9 pairs: %s (pairs:%s; at most 2.0)\n' "$median" "$ratios"
printf 'peak memory, %s people / %s people: %s (below 2)\n' "$users" "$((users / 10))" \
    "$(awk -v a="$big_rss" -v b="$small_rss" 'BEGIN { printf "%.2f", a / b }')"
printf 'one rule by jq for a path: %s times the CPU of mapping everybody again without, %s us a person, peak memory %s times\n' \
    "$(awk -v a="$path_cpu" -v b="$plain_cpu" 'BEGIN { printf "%.2f", a / b }')" \
    "$(awk -v a="$path_cpu" -v b="$plain_cpu" -v n="$users" 'BEGIN { printf "%.0f", (a - b) * 1e6 / n }')" \
    "$(awk -v a="$path_rss" -v b="$plain_rss" 'BEGIN { printf "%.2f", a / b }')"
printf 'one rule by jq for a list: %s times, %s us a person, peak memory %s times\n' \
    "$(awk -v a="$list_cpu" -v b="$plain_cpu" 'BEGIN { printf "%.2f", a / b }')" \
    "$(awk -v a="$list_cpu" -v b="$plain_cpu" -v n="$users" 'BEGIN { printf "%.0f", (a - b) * 1e6 / n }')" \
    "$(awk -v a="$list_rss" -v b="$plain_rss" 'BEGIN { printf "%.2f", a / b }')"
printf 'per unchanged person (%s of them): %s rows written, %s records decoded, %s look-ups in state in the whole cycle\n' "$unchanged" "$written" "$decoded" "$lookups"

#!/bin/sh
# Builds the Debian packages and proves them in a clean Debian: install, use, upgrade, remove, purge.
# Usage: package.sh BUILD_DIR. The packages are in build/package; needs root for the clean Debian (a folder and chroot).
set -eu

build=$(cd -- "$1" && pwd -P)
here=$(pwd -P)
work=$here/build/package
root=$work/root
mirror=${IDFERRY_MIRROR:-http://deb.debian.org/debian}
security=${IDFERRY_MIRROR_SECURITY:-http://deb.debian.org/debian-security}

chapter() { printf '\n%s\n' "$*"; }
good() { printf '  ok   %s\n' "$*"; }
fail() {
    printf 'error: %s\n' "$1" >&2
    shift
    for file in "$@"; do
        if [ -f "$file" ]; then tail -n 30 "$file" >&2; fi
    done
    exit 1
}

# sweep FOLDER...: removes them, and never what somebody hung into them: with a mount below, it deletes nothing at all.
sweep() {
    [ -r /proc/self/mountinfo ] || fail "cannot tell what is mounted: nothing is deleted"
    for folder in "$@"; do
        [ -e "$folder" ] || continue
        if grep -qF " $folder" /proc/self/mountinfo; then fail "something is mounted below $folder: it is left alone"; fi
        rm -rf --one-file-system "$folder"
    done
}

# --- the packages --------------------------------------------------------------------------------------------------------

if [ "${IDFERRY_INSIDE:-}" = '' ]; then
    mkdir -p "$work"
    rm -f "$work"/*.deb
    chapter "Packages"
    cpack --config "$build/CPackConfig.cmake" -B "$work/cpack" >"$work/cpack.log" 2>&1 || fail "cpack failed" "$work/cpack.log"
    cp "$work"/cpack/*.deb "$work/"
    sweep "$work/cpack"
    ls -lh "$work"/*.deb | awk '{ print "  " $5 "  " $9 }'

    chapter "lintian"
    # Only errors count; what lintian merely advises is in the log.
    user=
    if [ "$(id -u)" = 0 ]; then user=--allow-root; fi
    # shellcheck disable=SC2086 # no argument for others than root
    lintian $user --fail-on error --tag-display-limit 0 "$work"/*.deb >"$work/lintian.log" 2>&1 ||
        fail "lintian found errors (all of it: $work/lintian.log)" "$work/lintian.log"
    good "no errors ($(grep -c '^W:' "$work/lintian.log" || true) warnings: $work/lintian.log)"

    [ "$(id -u)" = 0 ] || fail "the packages are built and checked; installing them in a clean Debian needs root: sudo ./dev package"
    sweep "$root" "$work/debootstrap" "$work/newer"
    # The rest has namespaces of its own: its one mount (proc) and its processes end with it, however it ends. The folders are
    # removed out here, where that mount was never seen.
    trap 'sweep "$root" "$work/debootstrap" "$work/newer"' EXIT
    IDFERRY_INSIDE=yes unshare --mount --propagation private --pid --fork --kill-child --mount-proc sh "$0" "$build" &
    worker=$!
    # unshare heeds nothing gentler, and takes everything in its namespace with it.
    trap 'kill -KILL "$worker" 2>/dev/null; wait "$worker" || true; exit 130' INT TERM
    wait "$worker"
    exit 0
fi

# --- a clean Debian ------------------------------------------------------------------------------------------------------

chapter "A clean Debian 12"
base=$work/base.tar
if [ ! -f "$base" ] || [ -n "$(find "$base" -mtime +14)" ]; then
    debootstrap --variant=minbase bookworm "$work/debootstrap" "$mirror" >"$work/debootstrap.log" 2>&1 ||
        fail "debootstrap failed (all of it: $work/debootstrap.log)" "$work/debootstrap.log"
    printf 'deb %s bookworm main\ndeb %s bookworm-updates main\ndeb %s bookworm-security main\n' \
        "$mirror" "$mirror" "$security" >"$work/debootstrap/etc/apt/sources.list"
    tar -C "$work/debootstrap" --numeric-owner -cf "$base.new" .
    mv "$base.new" "$base"
    sweep "$work/debootstrap"
fi
mkdir "$root"
tar -C "$root" --numeric-owner -xf "$base"
cp /etc/resolv.conf "$root/etc/resolv.conf"
# The only mount. Nothing of this machine is hung into the folder: its devices are those that debootstrap made.
mount -t proc proc "$root/proc"
# What apt downloads is kept beside it, for the next time.
echo 'APT::Keep-Downloaded-Packages "true";' >"$root/etc/apt/apt.conf.d/50keep"
mkdir -p "$root/packages" "$work/archives"
find "$work/archives" -name '*.deb' -exec cp -p {} "$root/var/cache/apt/archives/" \;
cp "$work"/*.deb "$root/packages/"
good "$(cat "$root/etc/debian_version"), $(chroot "$root" dpkg-query -f '.\n' -W | wc -l) packages"

inside() { chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"; }
# must LOG COMMAND...: quiet while it goes well.
must() {
    log=$work/$1.log
    shift
    inside "$@" >"$log" 2>&1 || fail "failed: $*" "$log"
}
# ends WANTED LOG COMMAND...: the exit code is part of the promise.
ends() {
    wanted=$1 log=$work/$2.log code=0
    shift 2
    inside "$@" >"$log" 2>&1 || code=$?
    [ "$code" = "$wanted" ] || fail "exit code $code instead of $wanted: $*" "$log"
}
state_of() { inside dpkg-query -W -f '${db:Status-Status}' idferry 2>/dev/null || echo none; }

chapter "Install"
must apt-update apt-get -q update
must install sh -c 'apt-get -q -y --no-install-recommends install /packages/idferry_*.deb /packages/idferry-sandbox_*.deb'
find "$root/var/cache/apt/archives" -name '*.deb' -exec cp -p {} "$work/archives/" \;
good "idferry and idferry-sandbox, with $(grep -c '^Setting up' "$work/install.log") packages set up"
version=$(inside dpkg-query -W -f '${Version}' idferry)
must version idferry --version
grep -q "${version%-*}" "$work/version.log" || fail "idferry --version does not say ${version%-*}" "$work/version.log"
good "idferry --version: $(head -n 1 "$work/version.log")"
[ "$(inside getent passwd idferry | cut -d : -f 6,7)" = /var/lib/idferry:/usr/sbin/nologin ] || fail "the account idferry is not as it should be"
[ "$(inside stat -c '%a %U:%G' /etc/idferry)" = '2750 root:idferry' ] || fail "/etc/idferry: $(inside stat -c '%a %U:%G' /etc/idferry)"
[ "$(inside stat -c '%a %U:%G' /var/lib/idferry)" = '700 idferry:idferry' ] || fail "/var/lib/idferry: $(inside stat -c '%a %U:%G' /var/lib/idferry)"
good "account and folders"
[ -L "$root/etc/systemd/system/multi-user.target.wants/idferry.service" ] || fail "the unit is not enabled"
[ ! -e "$root/etc/idferry/idferry.yaml" ] || fail "a fresh installation has an active configuration"
grep -qx 'ConditionPathExists=/etc/idferry/idferry.yaml' "$root/usr/lib/systemd/system/idferry.service" || fail "the unit would start without a configuration"
said=$(inside systemd-analyze verify --man=no idferry.service 2>&1) || fail "systemd-analyze verify failed: $said"
[ -z "$said" ] || fail "systemd-analyze verify: $said"
good "the unit is enabled, waits for a configuration, and verifies without a word"
for file in bin/idferry bin/idferry-sandbox lib/systemd/catalog/idferry.catalog share/idferry/prometheus/idferry.rules.yml share/idferry/grafana/idferry.json share/idferry/idferry.schema.json \
    share/bash-completion/completions/idferry share/zsh/vendor-completions/_idferry share/fish/vendor_completions.d/idferry.fish \
    share/man/man1/idferry.1.gz share/man/man1/idferry-plan.1.gz share/man/man5/idferry.yaml.5.gz share/man/man1/idferry-sandbox.1.gz \
    share/doc/idferry/copyright share/doc/idferry/changelog.gz share/doc/idferry/docs/operating.md share/doc/idferry/examples; do
    [ -e "$root/usr/$file" ] || fail "/usr/$file is missing"
done

# --- using it ------------------------------------------------------------------------------------------------------------

chapter "Use"
sandbox=/tmp/sandbox
chroot "$root" idferry-sandbox --users 50 --groups 12 --seed 7 --dir $sandbox --ready-file /tmp/sandbox.ready >"$work/sandbox.log" 2>&1 &
tries=0
while [ ! -e "$root/tmp/sandbox.ready" ]; do
    tries=$((tries + 1))
    [ "$tries" -le 300 ] || fail "the sandbox did not start" "$work/sandbox.log"
    sleep 0.1
done
good "idferry-sandbox runs inside"
must init idferry init --yes --source bare_id --instance db0c1370-dcc7-47c8-aac6-580043c46a98 --company acme --realm staff \
    --client-id my-client --source-secret file:/etc/idferry/bareid-secret --target showpad \
    --base-url https://acme.showpad.biz/api/users/scim/v2 --target-secret file:/etc/idferry/showpad-token \
    --own-account provisioning@acme.example
[ "$(inside stat -c '%a %U:%G' /etc/idferry/idferry.yaml)" = '640 root:idferry' ] ||
    fail "what idferry init wrote: $(inside stat -c '%a %U:%G' /etc/idferry/idferry.yaml)"
for secret in bareid-secret showpad-token; do
    echo nothing-that-is-secret | inside install -o idferry -g idferry -m 0400 /dev/stdin /etc/idferry/$secret
done
ends 0 check-init idferry check
good "idferry init writes a file that the daemon can read and idferry check accepts"
# The daemon's account reads the sandbox's secrets as it would its own.
inside chown -R idferry:idferry $sandbox
cp "$root$sandbox/idferry.yaml" "$root/etc/idferry/idferry.yaml"
inside chown root:idferry /etc/idferry/idferry.yaml
inside chmod 0640 /etc/idferry/idferry.yaml
ends 0 check-live idferry check --live --no-color
good "idferry check --live"
ends 2 plan idferry plan --no-color
grep -q 'to create' "$work/plan.log" || fail "the plan creates nobody" "$work/plan.log"
good "idferry plan: $(tail -n 2 "$work/plan.log" | head -n 1 | sed 's/^ *//')"
ends 0 sync idferry sync --no-color
ends 0 plan-again idferry plan --no-color
good "idferry sync, and the second plan is empty"
[ -z "$(inside find /var/lib/idferry ! -user idferry)" ] || fail "state that root made is not the daemon's: $(inside find /var/lib/idferry ! -user idferry)"
good "what root did is the daemon's"

# The unit's own command, as the unit's account, until it tells systemd that it is ready. systemd would make the run-time
# folder and listen on the socket; here socat does.
chapter "The daemon"
unit=$root/usr/lib/systemd/system/idferry.service
setting() { sed -n "s/^$1=//p" "$unit"; }
inside install -d -o "$(setting User)" -g "$(setting Group)" -m "$(setting RuntimeDirectoryMode)" /run/idferry
socat -u "UNIX-RECV:$root/run/notify,mode=0666" "CREATE:$work/notify.log" &
# shellcheck disable=SC2046 # the command is meant to split
chroot --userspec="$(setting User):$(setting Group)" "$root" env -i PATH=/usr/bin:/bin LANG=C.UTF-8 NOTIFY_SOCKET=/run/notify \
    sh -c "umask $(setting UMask); exec \"\$@\"" sh $(setting ExecStart) >"$work/daemon.log" 2>&1 &
daemon=$!
# told WORD: waits until the daemon has told systemd so.
told() {
    tries=0
    until [ -f "$work/notify.log" ] && grep -qa "$1" "$work/notify.log"; do
        tries=$((tries + 1))
        kill -0 "$daemon" 2>/dev/null || fail "the daemon ended before it said $1" "$work/daemon.log"
        [ "$tries" -le 600 ] || fail "the daemon did not say $1" "$work/notify.log" "$work/daemon.log"
        sleep 0.1
    done
}
told READY=1
good "$(setting ExecStart): READY=1"
[ "$(inside stat -c '%a %U:%G' /run/idferry/admin.sock)" = '660 idferry:idferry' ] ||
    fail "the admin socket: $(inside stat -c '%a %U:%G' /run/idferry/admin.sock)" "$work/daemon.log"
ends 0 status idferry status --no-color
good "idferry status: $(sed -n '/staff-to-showpad/{s/^ *//p;q}' "$work/status.log")"
kill -HUP "$daemon"
told RELOADING=1
good "SIGHUP: RELOADING=1"
kill -TERM "$daemon"
code=0
wait "$daemon" || code=$?
[ "$code" = 0 ] || fail "SIGTERM ended the daemon with $code" "$work/daemon.log"
grep -qa STOPPING=1 "$work/notify.log" || fail "the daemon did not say STOPPING=1" "$work/notify.log"
good "SIGTERM: STOPPING=1, exit code 0"
ends 0 plan-after idferry plan --no-color

# --- upgrade -------------------------------------------------------------------------------------------------------------

chapter "Upgrade, remove, purge"
mkdir "$work/newer"
dpkg-deb -R "$work"/idferry_*.deb "$work/newer/tree"
sed -i "s/^Version: .*/Version: ${version%-*}+next-1/" "$work/newer/tree/DEBIAN/control"
dpkg-deb --root-owner-group -b "$work/newer/tree" "$root/packages/newer.deb" >/dev/null
sweep "$work/newer"
before=$(inside sh -c 'sha256sum /etc/idferry/idferry.yaml; ls -A /var/lib/idferry')
must upgrade apt-get -q -y install /packages/newer.deb
[ "$(inside dpkg-query -W -f '${Version}' idferry)" = "${version%-*}+next-1" ] || fail "the upgrade did not take place" "$work/upgrade.log"
[ "$(inside sh -c 'sha256sum /etc/idferry/idferry.yaml; ls -A /var/lib/idferry')" = "$before" ] || fail "the upgrade changed configuration or state"
ends 0 plan-upgraded idferry plan --no-color
good "an upgrade keeps configuration and state: the plan is still empty"

must remove apt-get -q -y remove idferry
[ "$(state_of)" = config-files ] || fail "removed, and yet $(state_of)"
[ ! -e "$root/usr/bin/idferry" ] || fail "removed, and yet /usr/bin/idferry is there"
[ "$(inside sh -c 'sha256sum /etc/idferry/idferry.yaml; ls -A /var/lib/idferry')" = "$before" ] || fail "removal took configuration or state away"
good "removal keeps configuration and state"
must again apt-get -q -y install /packages/newer.deb
ends 0 plan-again-installed idferry plan --no-color
[ -L "$root/etc/systemd/system/multi-user.target.wants/idferry.service" ] || fail "installed again, and the unit is not enabled"
good "installed again, it goes on where it was"
must purge apt-get -q -y purge idferry
for folder in /etc/idferry /var/lib/idferry; do
    [ ! -e "$root$folder" ] || fail "purged, and yet $folder is there"
done
[ -z "$(inside find /etc/systemd /var/lib/systemd -name 'idferry*')" ] || fail "purged, and yet: $(inside find /etc/systemd /var/lib/systemd -name 'idferry*')"
[ "$(state_of)" = none ] || [ "$(state_of)" = not-installed ] || fail "purged, and yet $(state_of)"
inside getent passwd idferry >/dev/null || fail "the account is gone: its number could be given to somebody else"
good "purge removes configuration and state; the account stays"
printf '\nThe packages:\n'
ls "$work"/*.deb | sed 's/^/  /'

#!/usr/bin/env bash
# try-deb.sh PACKAGE.deb: installs, runs, upgrades, removes and purges a package in a fresh Debian 12, as root.
#
# Needs debootstrap and curl. The new root is a folder below /tmp without an init, so the program is started as its unit
# starts it. Arguments of debootstrap, such as a mirror, come from DEBOOTSTRAP_MIRROR.
set -euo pipefail

package="$(realpath "$1")"
root="$(mktemp -d /tmp/crosslist-debian.XXXXXX)"
port=18081
service=""
say() { printf '==> %s\n' "$*"; }
in_root() { chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 "$@"; }
stop() { [ -z "$service" ] || { kill "$service" 2> /dev/null && wait "$service"; } || true; service=""; }
finish() { stop; umount "$root/proc" 2> /dev/null || true; rm -rf --one-file-system "$root"; }
trap finish EXIT
fail() { echo "try-deb: $*" >&2; exit 1; }

say "a fresh Debian 12"
debootstrap --variant=minbase --include=ca-certificates bookworm "$root" ${DEBOOTSTRAP_MIRROR:+"$DEBOOTSTRAP_MIRROR"} > "$root.log" 2>&1 \
  || { cat "$root.log"; fail "debootstrap failed"; }
rm -f "$root.log"
mount -t proc proc "$root/proc"
# Nothing is started by an installation in a folder.
printf '#!/bin/sh\nexit 101\n' > "$root/usr/sbin/policy-rc.d" && chmod +x "$root/usr/sbin/policy-rc.d"
cp "$package" "$root/tmp/crosslist.deb"

say "install"
in_root apt-get install -y -q --no-install-recommends /tmp/crosslist.deb > "$root/tmp/log" 2>&1 || { cat "$root/tmp/log"; fail "it cannot be installed"; }
for file in /usr/bin/crosslist /lib/systemd/system/crosslist.service /etc/crosslist/crosslist.toml /etc/crosslist/feeds.toml \
  /usr/share/man/man1/crosslist.1.gz /usr/share/bash-completion/completions/crosslist /usr/share/doc/crosslist/copyright; do
  [ -e "$root$file" ] || [ -e "$root/usr$file" ] || fail "$file is missing"
done
in_root crosslist --version
in_root crosslist --config /etc/crosslist/crosslist.toml check

say "start, as the unit does"
mkdir -p "$root/var/lib/private/crosslist"
ln -s private/crosslist "$root/var/lib/crosslist"
unit="$(find "$root/lib/systemd/system" "$root/usr/lib/systemd/system" -name crosslist.service 2> /dev/null | head -n 1)"
command="$(sed -n 's/^ExecStart=//p' "$unit")"
start() {
  # shellcheck disable=SC2086 # The line of the unit is words.
  in_root env CROSSLIST_STORE__URL=sqlite:/var/lib/crosslist/crosslist.db CROSSLIST_SERVER__LISTEN="127.0.0.1:$port" $command "$@" \
    > "$root/tmp/service.log" 2>&1 &
  service=$!
  for _ in $(seq 50); do
    if curl --silent --fail --output /dev/null "http://127.0.0.1:$port/healthz"; then return; fi
    kill -0 "$service" 2> /dev/null || break
    sleep 0.2
  done
  cat "$root/tmp/service.log"
  fail "it does not respond"
}
start
curl --silent --fail "http://127.0.0.1:$port/" | grep -q '<title>' || fail "there is no start page"
stop

say "a feed, from saved pages"
cp -r "$(dirname "$0")/../demo" "$root/tmp/demo"
start --replay /tmp/demo
curl --silent --fail "http://127.0.0.1:$port/subjects/cs.DC.atom" | grep -q '<entry>' || fail "the feed is empty"
stop

say "upgrade, with a setting that was changed"
sed -i 's/^watch = .*/watch = ["cs.DC"]/' "$root/etc/crosslist/crosslist.toml"
mkdir "$root/tmp/newer"
dpkg-deb --raw-extract "$package" "$root/tmp/newer"
sed -i 's/^Version: .*/&+next/' "$root/tmp/newer/DEBIAN/control"
# What the new version brings itself, so that dpkg has to choose.
echo '# A line of the next version.' >> "$root/tmp/newer/etc/crosslist/crosslist.toml"
dpkg-deb --build "$root/tmp/newer" "$root/tmp/newer.deb" > /dev/null
in_root apt-get install -y -q -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold /tmp/newer.deb > "$root/tmp/log" 2>&1 || { cat "$root/tmp/log"; fail "it cannot be upgraded"; }
grep -q '^watch = \["cs.DC"\]' "$root/etc/crosslist/crosslist.toml" || fail "the upgrade lost a setting"

say "remove"
in_root apt-get remove -y -q crosslist > "$root/tmp/log" 2>&1 || { cat "$root/tmp/log"; fail "it cannot be removed"; }
[ ! -e "$root/usr/bin/crosslist" ] || fail "the program is still there"
[ -e "$root/etc/crosslist/crosslist.toml" ] || fail "remove took the settings"
[ -e "$root/var/lib/crosslist/crosslist.db" ] || fail "remove took the store"

say "purge"
in_root apt-get purge -y -q crosslist > "$root/tmp/log" 2>&1 || { cat "$root/tmp/log"; fail "it cannot be purged"; }
for left in /etc/crosslist /var/lib/crosslist /var/lib/private/crosslist; do
  [ ! -e "$root$left" ] || fail "purge left $left"
done
say "installed, served, upgraded, removed and purged"

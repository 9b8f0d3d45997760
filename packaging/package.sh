#!/usr/bin/env bash
# package.sh: the Debian package and the tarball of this checkout, for the architecture of this machine.
#
# Needs Rust, cargo-deb (`cargo install cargo-deb`) and dpkg-dev. Writes to target/packages and prints what it made.
# Build on the oldest system that the packages are for: a program runs on the glibc it was built with, and newer ones.
set -euo pipefail
cd "$(dirname "$0")/.."

target="${CARGO_TARGET_DIR:-target}"
profile="${CROSSLIST_PROFILE:-release}"
out="$target/packages"
# The newest glibc that the packages may need: that of Debian 12.
glibc_max=2.36

version="$(cargo metadata --locked --no-deps --format-version 1 | python3 -c 'import json, sys; print(json.load(sys.stdin)["packages"][0]["version"])')"
cargo build --locked --profile "$profile" --bin crosslist
program="$target/$profile/crosslist"

needed="$(objdump -T "$program" | grep -o 'GLIBC_[0-9.]*' | sed 's/GLIBC_//' | sort -uV | tail -n 1)"
if [ "$(printf '%s\n%s\n' "$needed" "$glibc_max" | sort -V | tail -n 1)" != "$glibc_max" ]; then
  echo "the program needs glibc $needed; build on a system with $glibc_max or older" >&2
  exit 1
fi

# The manual and the completions come from the program itself. cargo-deb takes them from here.
made="target/made"
rm -rf "$made"
mkdir -p "$made" "$out"
"$program" man > "$made/crosslist.1"
"$program" completions bash > "$made/crosslist.bash"
"$program" completions zsh > "$made/_crosslist"
"$program" completions fish > "$made/crosslist.fish"
# The unit of the package runs /usr/bin/crosslist.
sed 's|/usr/local/bin/|/usr/bin/|' packaging/crosslist.service > "$made/crosslist.service"

cargo deb --locked --no-build --no-strip --profile "$profile" --output "$out/" > /dev/null
deb="$(find "$out" -name "crosslist_${version}*_$(dpkg --print-architecture).deb" -newer "$made/crosslist.1" | sort | tail -n 1)"

name="crosslist-$version-$(uname -m)-linux-gnu"
rm -rf "${out:?}/$name"
mkdir -p "$out/$name/completions" "$out/$name/systemd"
cp "$program" README.md CHANGELOG.md LICENSE "$made/crosslist.1" "$out/$name/"
cp "$made/crosslist.bash" "$made/_crosslist" "$made/crosslist.fish" "$out/$name/completions/"
cp packaging/*.service packaging/*.timer "$out/$name/systemd/"
cp -r config docs "$out/$name/"
tar --create --gzip --owner=0 --group=0 --sort=name --file "$out/$name.tar.gz" --directory "$out" "$name"
rm -rf "${out:?}/$name"

(cd "$out" && sha256sum "$(basename "$deb")" "$name.tar.gz" | tee SHA256SUMS)

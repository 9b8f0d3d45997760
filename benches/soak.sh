#!/usr/bin/env bash
# soak.sh [CROSSLIST]: does memory stay flat while every request asks for something else?
#
# Needs wrk and curl. MINUTES (10) of requests no two of which are alike, half for whole feeds and half for searches
# that find little, half of them compressed; each minute the number of requests and the memory is printed.
set -euo pipefail
cd "$(dirname "$0")/.."

crosslist=${1:-target/release/crosslist}
minutes=${MINUTES:-10} seconds=${STEP_SECONDS:-60} address=127.0.0.1:${PORT:-18082}
folder=$(mktemp -d)
trap 'kill "${pid:-}" 2> /dev/null || true; rm -rf "$folder"' EXIT

CROSSLIST_LIMITS__REQUESTS_PER_MINUTE=0 CROSSLIST_LOG__LEVEL=error \
  "$crosslist" serve --replay demo --listen "$address" &
pid=$!
curl -sf --retry 50 --retry-connrefused --retry-delay 1 -o /dev/null "http://$address/subjects/cs.DC.rss"

cat > "$folder/distinct.lua" <<'LUA'
local asked, start = 0, tonumber(os.getenv("START"))
local codings = { "identity", "gzip", "br", "identity" }
request = function()
  asked = asked + 1
  local number = start + asked
  local path = number % 2 == 0 and "/search.atom?q=ti:w" .. number or "/subjects/cs.DC.json?q=-ti:w" .. number
  return wrk.format("GET", path, { ["Accept-Encoding"] = codings[number % 4 + 1] })
end
LUA

total=0
memory() { awk '/VmRSS/ { printf "%.1f", $2 / 1000 }' "/proc/$pid/status"; }
printf '%10s requests  %6s MB\n' 0 "$(memory)"
for _ in $(seq "$minutes"); do
  answered=$(START=$total wrk -t1 -c8 -d"${seconds}s" -s "$folder/distinct.lua" "http://$address" |
    tee "$folder/output" | awk '/requests in/ { print $1 }')
  if grep -q Non-2xx "$folder/output"; then cat "$folder/output" >&2; exit 1; fi
  total=$((total + answered))
  printf '%10s requests  %6s MB\n' "$total" "$(memory)"
done

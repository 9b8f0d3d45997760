#!/usr/bin/env bash
# all.sh [CROSSLIST]: what memory do all papers of arXiv take?
#
# Needs curl and python3. PAPERS (25,000) papers are announced over the mailing days of 30 days, read from pages that are
# made for this, and kept in a new SQLite file; then the service is started once more from that file.
# CROSSLIST is the program to measure, target/release/crosslist without it. benches/papers.py makes the pages.
set -euo pipefail
cd "$(dirname "$0")/.."

crosslist=${1:-target/release/crosslist}
export PAPERS=${PAPERS:-25000} PAGE=${PAGE:-tests/fixtures/pages/cs.DC-new-2026-03-02.html}
address=127.0.0.1:${PORT:-18083}
folder=$(mktemp -d)
trap 'kill "${pid:-}" 2> /dev/null || true; rm -rf "$folder"' EXIT

subject=$(python3 benches/papers.py "$folder")

status() { awk -v field="$1:" '$1 == field { printf "%.1f", $2 / 1000 }' "/proc/$pid/status"; }
start() {
  CROSSLIST_SUBJECTS__WATCH=$subject CROSSLIST_SUBJECTS__FILL_DAYS=30 CROSSLIST_LIMITS__REQUESTS_PER_MINUTE=0 \
    CROSSLIST_LOG__LEVEL=error "$crosslist" serve --replay "$folder" --store "sqlite:$folder/store.db" --listen "$address" &
  pid=$!
}
# How many papers are kept: every paper once, whatever its announcements.
kept() {
  python3 -c 'import sqlite3, sys
try:
    print(sqlite3.connect("file:" + sys.argv[1] + "?mode=ro", uri=True).execute("SELECT count(*) FROM events").fetchone()[0])
except sqlite3.Error:
    print(0)' "$folder/store.db"
}

start
for _ in $(seq 120); do
  [ "$(kept)" -ge "$PAPERS" ] && break
  sleep 1
done
curl -sf -o /dev/null "http://$address/subjects/$subject.rss?days=30&limit=2000"
echo "$(kept) papers"
echo "read from pages:      $(status VmRSS) MB resident, at most $(status VmHWM) MB"
kill "$pid" && wait "$pid" || true
began=$(date +%s%N)
start
curl -sf --retry 100 --retry-connrefused --retry-delay 0 -o "$folder/feed" "http://$address/subjects/$subject.rss"
echo "started from its store: first feed after $((($(date +%s%N) - began) / 1000000)) ms"
curl -sf -o "$folder/all" "http://$address/subjects/$subject.json?days=30&limit=2000"
curl -sf -o /dev/null "http://$address/search.rss?q=graph"
sleep 2
echo "                      $(status VmRSS) MB resident, at most $(status VmHWM) MB; store $(du -m "$folder/store.db" | cut -f1) MB"

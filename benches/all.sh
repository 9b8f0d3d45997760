#!/usr/bin/env bash
# all.sh [CROSSLIST]: what memory do all papers of arXiv take?
#
# Needs curl and python3. PAPERS (25,000) papers are announced over the mailing days of 30 days, read from pages that are
# made for this, and kept in a new SQLite file; then the service is started once more from that file.
# CROSSLIST is the program to measure, target/release/crosslist without it. The papers are those of PAGE, a saved page
# of new submissions, over and over; each is numbered anew, and one word in 25 is another, so that there are rare words.
set -euo pipefail
cd "$(dirname "$0")/.."

crosslist=${1:-target/release/crosslist}
export PAPERS=${PAPERS:-25000} PAGE=${PAGE:-tests/fixtures/pages/cs.DC-new-2026-03-02.html}
address=127.0.0.1:${PORT:-18083}
folder=$(mktemp -d)
trap 'kill "${pid:-}" 2> /dev/null || true; rm -rf "$folder"' EXIT

subject=$(FOLDER=$folder python3 - <<'PYTHON'
import datetime, os, random, re

page = open(os.environ["PAGE"], encoding="utf-8").read()
subject = re.search(r'id="recent-([^"]+)"', page)[1]
start, end = page.index("<dl "), page.index("</dl>", page.index("<dl "))
entries = [entry.split("</dd>")[0] for entry in re.split(r"<dt>", page[start:end])[1:]]
newest = datetime.date(2026, 3, 6)
days = [newest - datetime.timedelta(days) for days in range(29, -1, -1)]
days = [day for day in days if day.weekday() < 5]
chance = random.Random(1)
papers, made = int(os.environ["PAPERS"]), 0
for number, day in enumerate(days):
    count = papers * (number + 1) // len(days) - made
    heading = f"New submissions (showing {count} of {count} entries)"
    parts = [re.sub(r"Total of \d+", f"Total of {count}", page[:start])]
    parts[0] = re.sub(r"new listings for [^<]+", f"new listings for {day:%A}, {day.day} {day:%B %Y}", parts[0])
    parts.append(f"<dl id='articles'>\n<h3>{heading}</h3>\n")
    for position in range(1, count + 1):
        entry = entries[made % len(entries)]
        made += 1
        old = re.search(r'title="Abstract" id="([^"]+)"', entry)[1]
        entry = entry.replace(old, f"{2601 + made // 100000}.{made % 100000:05}")
        entry = re.sub(r"name='item\d+'", f"name='item{position}'", entry)
        opening = entry.rindex("<p class='mathjax'>") + 19 if "<p class='mathjax'>" in entry else len(entry)
        words = entry[opening:].split(" ")
        for place in range(0, len(words), 25):
            if words[place].isalpha():
                words[place] = "w" + format(int(chance.paretovariate(0.5)) % 10**9, "x")
        parts.append("<dt>" + entry[:opening] + " ".join(words) + "</dd>\n")
    parts.append("</dl></div></div></div></main></body></html>\n")
    with open(f"{os.environ['FOLDER']}/{subject}-new-{day}.html", "w", encoding="utf-8") as file:
        file.write("".join(parts))
print(subject)
PYTHON
)

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

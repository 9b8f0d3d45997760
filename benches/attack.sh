#!/usr/bin/env bash
# attack.sh [CROSSLIST]: what can one client do to all others?
#
# Needs curl and python3. Over 25,000 papers of benches/papers.py, REQUESTS (1,200) costly requests no two of which are
# alike are sent over CONNECTIONS (8) connections as fast as they are answered, with the limit of requests off: ten
# minutes of what one address may ask within the default limit. Meanwhile /healthz is asked ten times a second, and once
# a second an ordinary feed that nobody has asked for. Printed are how the requests were answered, both latencies, and
# the memory before, at most and after.
# KINDS names kinds of requests (all): regex negated words filters large api explain builder, and unread, which are
# large and whose answers nobody takes.
# CROSSLIST is the program to measure, target/release/crosslist without it.
set -euo pipefail
cd "$(dirname "$0")/.."

crosslist=${1:-target/release/crosslist}
address=127.0.0.1:${PORT:-18084}
folder=$(mktemp -d)
trap 'kill "${pid:-}" 2> /dev/null || true; rm -rf "$folder"' EXIT

subject=$(python3 benches/papers.py "$folder")
CROSSLIST_SUBJECTS__WATCH=$subject CROSSLIST_SUBJECTS__FILL_DAYS=30 CROSSLIST_LIMITS__REQUESTS_PER_MINUTE=0 \
  CROSSLIST_LOG__LEVEL=error "$crosslist" serve --replay "$folder" --listen "$address" &
pid=$!
curl -sf --retry 100 --retry-connrefused --retry-delay 1 -o /dev/null "http://$address/subjects/$subject.rss"

PID=$pid ADDRESS=$address SUBJECT=$subject python3 - <<'PYTHON'
import collections, http.client, itertools, os, random, socket, statistics, threading, time, urllib.parse

environment = os.environ
host, port = environment["ADDRESS"].split(":")
subject, pid = environment["SUBJECT"], environment["PID"]
requests, connections = int(environment.get("REQUESTS", "1200")), int(environment.get("CONNECTIONS", "8"))
chance = random.Random(1)
letters = "abcdefghijklmnopqrstuvwxyz"


def quoted(rule):
    return urllib.parse.quote(rule, safe="")


def regexes(count, sign):
    """Expressions whose states are many, each another."""
    ends = ("".join(chance.choice(letters) for _ in range(3)) for _ in range(count))
    return " ".join(f"{sign}/[a-y]\\w{{9}}[{end}].{{9}}q/" for end in ends)


def words(number):
    near = " ".join(f'"the {chance.choice("of and to in a we is for that with".split())} w{number}"~99' for _ in range(6))
    starts = " ".join(f"-{chance.choice(letters)}{chance.choice(letters)}*" for _ in range(40))
    return f'"the of and to in a"~100 {near} {starts}'[:1000].rsplit(" ", 1)[0]


formats = ["rss", "atom", "json"]
KINDS = {
    "regex": lambda n: f"/search.{formats[n % 3]}?q={quoted(regexes(8, ''))}",
    "negated": lambda n: f"/subjects/{subject}.{formats[n % 3]}?days=30&limit=2000&q={quoted(regexes(8, '-'))}",
    "words": lambda n: f"/search.atom?days=30&q={quoted(words(n))}",
    "filters": lambda n: f"/subjects/{subject}.rss?days=30&" + "&".join(
        f"filterout_{part}={quoted(regexes(1, '')[1:-1])}" for part in ["title", "description", "author"]),
    "large": lambda n: f"/subjects/{subject}.{formats[n % 3]}?days=30&limit={2000 - n % 900}&text=mathml&pdf={'true' if n % 2 else 'false'}",
    "api": lambda n: f"/api/query?max_results={2000 - n % 900}&search_query=all:the+OR+all:w{n}",
    "explain": lambda n: f"/explain?id=2601.00001&q={quoted(regexes(8, ''))}",
    "builder": lambda n: f"/?subjects={subject}&days=30&q={quoted(regexes(8, '-'))}",
}
KINDS["unread"] = KINDS["large"]
kinds = environment.get("KINDS", " ".join(KINDS)).split()
each = [kinds[number % len(kinds)] for number in range(requests)]
paths = iter([(kind, KINDS[kind](number)) for number, kind in enumerate(each)])
open_sockets = []
lock, statuses, slowest, is_over = threading.Lock(), collections.Counter(), 0.0, threading.Event()


def megabytes(field):
    with open(f"/proc/{pid}/status") as status:
        return next(int(line.split()[1]) / 1000 for line in status if line.startswith(field + ":"))


def ask(path, headers={}, timeout=120):
    connection = http.client.HTTPConnection(host, int(port), timeout=timeout)
    started = time.monotonic()
    try:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status, time.monotonic() - started
    except OSError:
        return 0, time.monotonic() - started
    finally:
        connection.close()


def leave_unread(path):
    asked = socket.socket()
    asked.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    asked.connect((host, int(port)))
    asked.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode())
    status = asked.recv(12)[9:]
    with lock:
        open_sockets.append(asked)
        statuses[f"unread {status.decode()}"] += 1


def attack():
    global slowest
    for number in itertools.count():
        with lock:
            kind, path = next(paths, (None, None))
        if path is None:
            return
        if kind == "unread":
            leave_unread(path)
            continue
        coding = ["identity", "gzip", "br"][number % 3]
        status, took = ask(path, {"Accept-Encoding": coding})
        with lock:
            statuses[status] += 1
            slowest = max(slowest, took)


def watch(path, pause, found):
    for number in itertools.count():
        if is_over.is_set():
            return
        status, took = ask(path(number))
        found.append((took * 1000, status))
        is_over.wait(max(0.0, pause - took))


def told(name, found):
    took = sorted(took for took, _ in found)
    wrong = collections.Counter(status for _, status in found if status != 200)
    print(f"{name:14} median {statistics.median(took):7.1f} ms, 99 % {took[int(len(took) * 0.99)]:7.1f} ms, "
          f"most {took[-1]:7.1f} ms of {len(took)}{', not 200: ' + str(dict(wrong)) if wrong else ''}", flush=True)


ordinary = lambda n: f"/subjects/{subject}.{formats[n % 3]}?limit={200 + n % 300}&days={5 + n // 300}"
time.sleep(2)
before = megabytes("VmRSS")
health, cold = [], []
watch_health = threading.Thread(target=watch, args=(lambda _: "/healthz", 0.1, health))
watch_cold = threading.Thread(target=watch, args=(ordinary, 1.0, cold))
watch_health.start(), watch_cold.start()
time.sleep(5)
told("before: health", health), told("        cold", cold)
health.clear(), cold.clear()
started = time.monotonic()
attackers = [threading.Thread(target=attack) for _ in range(connections)]
[attacker.start() for attacker in attackers]
while any(attacker.is_alive() for attacker in attackers):
    time.sleep(0.2)
    if not os.path.exists(f"/proc/{pid}/status"):
        print("the service has ended"), is_over.set(), os._exit(1)
took = time.monotonic() - started
is_over.set(), watch_health.join(), watch_cold.join()
print(f"{requests} requests in {took:.0f} s, slowest {slowest:.1f} s, by status: {dict(sorted(statuses.items(), key=str))}")
told("during: health", health), told("        cold", cold)
print(f"memory: {before:.0f} MB before, {megabytes('VmHWM'):.0f} MB at most, {megabytes('VmRSS'):.0f} MB after")
PYTHON

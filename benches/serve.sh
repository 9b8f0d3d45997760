#!/usr/bin/env bash
# serve.sh [CROSSLIST [OTHER]]: what a request costs beside nginx, which serves the same bytes from files.
#
# Needs nginx, wrk, curl and two cores: the servers take turns on the first, wrk has the second.
# CROSSLIST is the program to measure, target/release/crosslist without it; OTHER is another build to compare with.
# For each of KINDS (304 gzip identity) all are measured in turns, ROUNDS times for SECONDS_EACH seconds over CONNECTIONS
# connections; printed are the medians of CPU time per request and of the 99th percentile, and the median of the ratios
# within each turn. The kind `forwarded` is gzip as a trusted proxy asks, with three X-Forwarded fields.
# With IDLE=10000 it also opens that many connections that ask once and then keep still, and prints the memory.
# nginx is set up as Debian's package sets it up, with one process and no log. With OPEN_FILE_CACHE=1 it also keeps its
# files open, which that package leaves off: then it answers without a look at the folder, and not when a file changes.
set -euo pipefail
cd "$(dirname "$0")/.."

crosslist=${1:-target/release/crosslist} other=${2:-} kinds=${KINDS:-304 gzip identity}
rounds=${ROUNDS:-7} seconds=${SECONDS_EACH:-3} connections=${CONNECTIONS:-16} idle=${IDLE:-0}
path=${FEED:-/subjects/cs.DC.rss?limit=9}
ours=127.0.0.1:${PORT:-18080} theirs=127.0.0.1:${NGINX_PORT:-18081} others=127.0.0.1:${OTHER_PORT:-18085}
folder=$(mktemp -d)
trap 'kill "${crosslist_pid:-}" "${other_pid:-}" "${nginx_pid:-}" 2> /dev/null || true; rm -rf "$folder"' EXIT

for tool in nginx wrk curl taskset python3; do
  PATH=$PATH:/usr/sbin command -v "$tool" > /dev/null || { echo "serve.sh needs $tool" >&2; exit 2; }
done
PATH=$PATH:/usr/sbin

export CROSSLIST_LIMITS__REQUESTS_PER_MINUTE=0 CROSSLIST_SERVER__WORKERS=1 CROSSLIST_LOG__LEVEL=error
case " $kinds " in *" forwarded "*) export CROSSLIST_SERVER__TRUSTED_PROXIES=127.0.0.1 ;; esac
taskset -c 0 "$crosslist" serve --replay demo --listen "$ours" &
crosslist_pid=$!
if [ -n "$other" ]; then
  taskset -c 0 "$other" serve --replay demo --listen "$others" &
  other_pid=$!
  curl -sf --retry 50 --retry-connrefused --retry-delay 1 -o /dev/null "http://$others$path"
fi
curl -sf --retry 50 --retry-connrefused --retry-delay 1 -o "$folder/feed" "http://$ours$path"
curl -sf -H 'Accept-Encoding: gzip' -o "$folder/feed.gz" "http://$ours$path"

# As root, nginx would read the files as another user.
user="" open_file_cache=""
[ "$(id -u)" != 0 ] || user="user root;"
[ "${OPEN_FILE_CACHE:-0}" = 0 ] || open_file_cache="open_file_cache max=100 inactive=1h;"
cat > "$folder/nginx.conf" <<CONF
$user
worker_processes 1;
pid $folder/nginx.pid;
error_log stderr error;
daemon off;
worker_rlimit_nofile 20000;
events { worker_connections 16000; }
http {
  access_log off;
  sendfile on;
  tcp_nopush on;
  gzip_static on;
  keepalive_requests 100000000;
  $open_file_cache
  default_type application/rss+xml;
  server {
    listen $theirs;
    root $folder;
    add_header Cache-Control max-age=3600;
    gzip_vary on;
  }
}
CONF
chmod 755 "$folder"
taskset -c 0 nginx -c "$folder/nginx.conf" 2> /dev/null &
nginx_pid=$!
curl -sf --retry 50 --retry-connrefused --retry-delay 1 -o /dev/null "http://$theirs/feed"

ROUNDS=$rounds SECONDS_EACH=$seconds CONNECTIONS=$connections IDLE=$idle KINDS=$kinds \
OURS="http://$ours$path" THEIRS="http://$theirs/feed" OURS_PID=$crosslist_pid THEIRS_PID=$nginx_pid \
OTHERS="http://$others$path" OTHER_PID=${other_pid:-} \
python3 - <<'PYTHON'
import os, re, socket, statistics, subprocess, time, urllib.request

environment = os.environ
rounds, seconds = int(environment["ROUNDS"]), environment["SECONDS_EACH"]
sides = {
    "crosslist": (environment["OURS"], int(environment["OURS_PID"])),
    "nginx": (environment["THEIRS"], int(environment["THEIRS_PID"])),
}
if environment["OTHER_PID"]:
    sides["other"] = (environment["OTHERS"], int(environment["OTHER_PID"]))


def family(pid):
    with open(f"/proc/{pid}/task/{pid}/children") as children:
        return [pid] + [other for child in children.read().split() for other in family(int(child))]


def cpu_seconds(pid):
    total = 0
    for member in family(pid):
        for task in os.listdir(f"/proc/{member}/task"):
            with open(f"/proc/{member}/task/{task}/schedstat") as stat:
                total += int(stat.read().split()[0])
    return total / 1e9


def resident_megabytes(pid):
    pages = 0
    for member in family(pid):
        with open(f"/proc/{member}/statm") as memory:
            pages += int(memory.read().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def ask(url, headers):
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers)) as answer:
            return answer.status, answer.headers, len(answer.read())
    except urllib.error.HTTPError as error:
        return error.code, error.headers, 0


def load(url, headers, pid):
    command = ["taskset", "-c", "1", "wrk", "--latency", "-t1", "-c", environment["CONNECTIONS"], "-d", f"{seconds}s"]
    for name, value in headers.items():
        command += ["-H", f"{name}: {value}"]
    before = cpu_seconds(pid)
    output = subprocess.run(command + [url], capture_output=True, text=True, check=True).stdout
    spent = cpu_seconds(pid) - before
    requests = int(re.search(r"(\d+) requests in", output)[1])
    value, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", output).groups()
    assert "Non-2xx" not in output and "Socket errors" not in output, output
    return spent / requests * 1e6, float(value) * {"us": 1, "ms": 1e3, "s": 1e6}[unit]


def headers_for(kind, url):
    forwarded = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "feeds.example.org"}
    gzip = {"Accept-Encoding": "gzip"}
    headers = {"identity": {}, "gzip": gzip, "forwarded": {**gzip, **forwarded}}.get(kind)
    if headers is None:
        headers = {"Accept-Encoding": "gzip"}
        headers["If-None-Match"] = ask(url, headers)[1]["ETag"]
    return headers


for kind in environment["KINDS"].split():
    results = {name: [] for name in sides}
    for name, (url, pid) in sides.items():
        headers = headers_for(kind, url)
        status, _, size = ask(url, headers)
        assert status == (304 if kind == "304" else 200), (name, kind, status)
        load(url, headers, pid)
    for _ in range(rounds):
        for name, (url, pid) in sides.items():
            results[name].append(load(url, headers_for(kind, url), pid))
    median = lambda values: statistics.median(list(values))
    print(f"{kind} ({size} bytes)")
    for name, measured in results.items():
        print(f"  {name:9}  {median(m[0] for m in measured):6.2f} us CPU   99 % within {median(m[1] for m in measured):7.0f} us")
    for name in list(sides)[1:]:
        pairs = list(zip(results["crosslist"], results[name]))
        print(f"  to {name:7} {median(a[0] / b[0] for a, b in pairs):6.3f}          {median(a[1] / b[1] for a, b in pairs):16.2f}", flush=True)

print(f"memory: crosslist {resident_megabytes(sides['crosslist'][1]):.1f} MB")
if idle := int(environment["IDLE"]):
    url, pid = sides["crosslist"]
    host, path = re.match(r"http://([^/]+)(.*)", url).groups()
    address = host.split(":")
    connections = []
    for _ in range(idle):
        connection = socket.create_connection((address[0], int(address[1])))
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}\r\nIf-None-Match: *\r\n\r\n".encode())
        connections.append(connection)
    assert all(connection.recv(4096).startswith(b"HTTP/1.1 304") for connection in connections)
    time.sleep(1)
    print(f"memory with {idle} idle connections: {resident_megabytes(pid):.1f} MB")
PYTHON

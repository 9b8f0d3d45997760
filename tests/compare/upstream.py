"""Days of an arXiv that misbehaves: each build reads its own, which do the same by their seed."""
import datetime, json, re, subprocess, sys, time, urllib.request

from service import BASE, Pair, free_port, verdicts

SUBJECTS = ["cs.DC", "cs.LG", "math.NT"]
PATHS = ["/subjects/{}.json", "/subjects/{}.rss?days=30", "/subjects/{}.atom?digest=daily", "/rss/{}", "/atom/{}"]
# Faults that end with a limit of time alone, or that come by chance and not by seed.
SKIPPED = {"slow_drip", "stall", "silent", "endless", "storm", "406_some", "gzip_bomb", "slow_head"}
START_TIMEOUT = 20
# When a feed changed last follows from when it was read, which is never the same second.
MOMENT = re.compile(rb"1[28]:\d\d:\d\d")


def control(port, command, body=None):
    url = f"http://127.0.0.1:{port}/_ctl/{command}"
    with urllib.request.urlopen(urllib.request.Request(url, data=body), timeout=60) as answer:
        return json.loads(answer.read() or b"null")


class Upstreams:
    def __init__(self, script, folder, first_day):
        self.ports = [free_port(), free_port()]
        self.processes = [subprocess.Popen(
            [sys.executable, script, "--port", str(port), "--cats", ",".join(SUBJECTS), "--start", str(first_day),
             "--days", "12", "--visible", "5", "--hang", "3"],
            cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            for port in self.ports]

    def __enter__(self):
        end = time.monotonic() + START_TIMEOUT
        for port in self.ports:
            while True:
                try:
                    control(port, "day")
                    break
                except OSError:
                    if time.monotonic() > end:
                        raise
                    time.sleep(0.05)
        return self

    def __exit__(self, *_):
        for process in self.processes:
            process.kill()
            process.wait()

    def both(self, command, body=None):
        return [control(port, command, body) for port in self.ports]


def days(builds, script, folder, found, count):
    found.part(f"{count} days of an upstream that misbehaves")
    first_day = datetime.date.today() - datetime.timedelta(days=230)
    first_day += datetime.timedelta(days=-first_day.weekday())
    with Upstreams(script, folder, first_day) as upstreams:
        scenarios = [scenario["name"] for scenario in upstreams.both("scenarios")[0]]
        names = [name for name in scenarios if name not in SKIPPED and name != "ok"]
        # Spread over all of them, whatever the number of days.
        step = max(1, len(names) // count)
        for scenario in names[::step][:count]:
            day = upstreams.both("announce")[0]["day"]

            def settings(own, side, ports=dict(zip(["old", "new"], upstreams.ports))):
                return {"UPSTREAM__BASE_URL": f"http://127.0.0.1:{ports[side]}", "UPSTREAM__PAUSE_SECONDS": "0",
                        "UPSTREAM__READ_TIMEOUT_SECONDS": "2", "UPSTREAM__TOTAL_TIMEOUT_SECONDS": "5",
                        "UPSTREAM__CONNECT_TIMEOUT_SECONDS": "2",
                        "SERVER__BASE_URL": BASE, "SUBJECTS__WATCH": ",".join(SUBJECTS), "SUBJECTS__FILL_DAYS": "3"}

            # The fault ends hours later, when no back-off is left of it.
            for name, hour in [(scenario, 12), ("ok", 18)]:
                def arguments(own, side, now=f"{day}T{hour}:00:00Z"):
                    return ["--now", now, "--store", f"sqlite:{folder / f'upstream-{side}.db'}"]

                upstreams.both(f"set?name={name}")
                with Pair(builds, arguments, settings, folder, "upstream") as pair:
                    pair.settle()
                    where = f"upstream {day} {scenario}{'' if name == scenario else ' after'}"
                    for subject in SUBJECTS:
                        for path in PATHS:
                            path = path.format(subject)
                            old, new = pair.ask(path)
                            found.same(f"{where} {path}", "status", old.status, new.status)
                            if old.status == new.status == 200:
                                found.same(f"{where} {path}", "body", MOMENT.sub(b"", old.body), MOMENT.sub(b"", new.body))
                    old, new = (verdicts(service.status()) for service in pair.services)
                    for key in sorted(old.keys() | new.keys()):
                        found.same(f"{where} {key}", "status.json", old.get(key), new.get(key))

"""Collects differences, sets aside those that are explained, and prints both."""
import collections, re, tomllib

SHOWN_MAX = 200  # Characters of a value.


def short(value):
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= SHOWN_MAX else text[:SHOWN_MAX] + "…"


def around(old, new):
    """The first place where two texts differ, with a little before it."""
    if not (isinstance(old, (str, bytes)) and isinstance(new, type(old))):
        return short(repr(old)), short(repr(new))
    at = next((n for n, (a, b) in enumerate(zip(old, new)) if a != b), min(len(old), len(new)))
    start = max(0, at - 40)
    return tuple(short(f"@{at} {value[start:at + 100]!r}") for value in (old, new))


class Report:
    def __init__(self, known):
        entries = tomllib.loads(known.read_text())["known"] if known.is_file() else []
        self.known = [(re.compile(entry["difference"], re.S), entry["reason"]) for entry in entries]
        self.checked = 0
        self.explained = collections.Counter()
        self.unexplained = []

    def part(self, name):
        print(f"== {name}", flush=True)

    def same(self, where, what, old, new):
        """Notes a difference of `what` at `where`, unless there is none."""
        self.checked += 1
        if old == new:
            return
        shown = around(old, new)
        line = f"{where} | {what} | {shown[0]} -> {shown[1]}"
        for pattern, reason in self.known:
            if pattern.search(line):
                self.explained[reason] += 1
                return
        self.unexplained.append(line)
        print(f"DIFFERS {line}", flush=True)

    @staticmethod
    def kind(line):
        """A difference without the parameters and values, to count those that are alike."""
        where, what, _ = line.split(" | ", 2)
        return f"{where.split('?')[0]} | {what}"

    def finish(self):
        print(f"== {self.checked} comparisons, {sum(self.explained.values())} differences explained, "
              f"{len(self.unexplained)} not")
        for reason, count in self.explained.most_common():
            print(f"{count:6} explained: {reason}")
        kinds = collections.Counter(self.kind(line) for line in self.unexplained)
        for kind, count in kinds.most_common():
            print(f"{count:6} unexplained: {kind}")
        return 1 if self.unexplained else 0

"""What of an answer is compared: feeds as they are, everything that people read without its prose."""
import html.parser, json, re, urllib.parse

# Names whose values are prose, a moment, or differ with the machine.
PROSE = {"title", "detail", "description", "summary", "message", "hint", "reason", "label", "note"}
ID = re.compile(r"(?<=urn:crosslist:request:)[0-9a-z-]+")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
ASSET = re.compile(r"(?<=\.js)\?\d+|(?<=\.css)\?\d+")  # What tells caches that a file has changed.
FEEDS = ("application/rss+xml", "application/atom+xml", "application/feed+json")


class Page(html.parser.HTMLParser):
    """The links, forms and fields of a page, in order."""

    def __init__(self):
        super().__init__()
        self.parts = []

    def handle_starttag(self, tag, attributes):
        kept = [(name, ASSET.sub("", value or "")) for name, value in attributes
                if name in ("href", "src", "action", "method", "name", "value", "type", "rel", "datetime", "checked",
                            "selected", "hreflang", "lang")]
        if kept and tag != "meta" and not (tag == "option"):
            self.parts.append((tag, tuple(kept)))


def page(text):
    reader = Page()
    reader.feed(text)
    return reader.parts


def flat(value, path="", prose=PROSE):
    """A JSON value as a table of paths and scalars, without prose."""
    if isinstance(value, dict):
        found = {}
        for name, each in value.items():
            if name in prose and isinstance(each, str):
                found[f"{path}.{name}"] = "prose"
            else:
                found.update(flat(each, f"{path}.{name}", prose))
        return found or {path: "{}"}
    if isinstance(value, list):
        found = {}
        for number, each in enumerate(value):
            found.update(flat(each, f"{path}[{number}]", prose))
        return found or {path: "[]"}
    return {path: ID.sub("ID", value) if isinstance(value, str) else value}


def metrics(text):
    """The series, each with its labels and type, without values."""
    lines = (line for line in text.splitlines() if not line.startswith("# HELP"))
    return sorted({line if line.startswith("#") else line.rsplit(" ", 1)[0] for line in lines})


def body(answer, path):
    """The parts of a body that are compared, by name."""
    kind = (answer.header("content-type") or "").split(";")[0]
    if answer.header("content-encoding") or kind in FEEDS or not kind:
        return {"body": answer.body}
    if urllib.parse.unquote(path).startswith("/metrics"):
        return {"series": metrics(answer.body.decode())}
    if kind.endswith("json"):
        return flat(json.loads(answer.body)) if answer.body else {"body": b""}
    if kind == "text/html":
        return {"page": page(answer.body.decode())}
    if kind in ("text/css", "text/javascript"):
        return {"body": "an asset"}
    return {"body": answer.body}


def fields(answer, path):
    """The header fields that are compared, by name; those that follow from prose or from the clock are there or not."""
    kind = (answer.header("content-type") or "").split(";")[0]
    is_exact = kind in FEEDS or path.startswith(("/rss/", "/atom/", "/api/"))
    found = {}
    for name, value in answer.headers:
        if name in ("date", "x-request-id") or (name in ("etag", "content-length") and not is_exact):
            value = "given"
        if name == "retry-after":
            value = "seconds" if value.isdigit() else value
        if name in ("cache-control", "cache-status"):
            # Seconds until the next mailing, which pass while the other is asked.
            value = re.sub(r"(max-age|ttl)=-?\d{3,}", r"\1=N", value)
        if name == "last-modified" and not is_exact:
            value = "given"
        found.setdefault(name, []).append(value)
    return {name: sorted(values) for name, values in found.items()}


def compare(report, where, path, old, new):
    report.same(where, "status", old.status, new.status)
    if old.status != new.status:
        return  # All else follows from that.
    of_old, of_new = fields(old, path), fields(new, path)
    for name in sorted(of_old.keys() | of_new.keys()):
        report.same(where, f"field {name}", of_old.get(name), of_new.get(name))
    of_old, of_new = body(old, path), body(new, path)
    for name in sorted(of_old.keys() | of_new.keys()):
        before, after = of_old.get(name), of_new.get(name)
        if isinstance(before, list) and isinstance(after, list):
            for part in [part for part in before if part not in after]:
                report.same(where, name, part, None)
            for part in [part for part in after if part not in before]:
                report.same(where, name, None, part)
            if sorted(map(repr, before)) == sorted(map(repr, after)):
                report.same(where, f"{name} in order", before, after)
        else:
            report.same(where, name, before, after)

"""The addresses that both services are asked."""
import json, random, re, shutil, urllib.parse

import shape
from service import BASE, Pair

FORMATS = ["rss", "atom", "json"]
NAMED = """
[lists]
team = ['au:"Dong Dai"', 'ti:GPU']
[[feed]]
name = "dc-systems"
title = "Distributed systems, my cut"
sources = ["cs.DC"]
query = 'type:new,cross'
score = [{ q = 'ti:GPU', add = 3 }, { q = 'list:team', add = 5 }, { q = 'cat:cs.LG', add = 2 }]
min_score = 1
[[feed]]
name = "fresh"
sources = ["cs.DC"]
exclude = ['ti:survey']
backfill = false
"""
# Values of parameters beside the examples of the OpenAPI document.
VALUES = {
    "q": ["au:Dai", "ti:(GPU OR LLM) -cat:cs.LG", "abs:/all-?reduce/i", '"machine learning"~5', "type:replace", "list:team",
          "id:2602.24044", "new:2026-03-02", "schedul*", "au:Müller", "has:comment"],
    "type": ["new", "cross", "replace", "replace-cross", "new,cross,replace", "new,new"],
    "days": ["1", "3", "7", "14", "30"], "limit": ["1", "9", "500", "2000"],
    "text": ["unicode", "mathml", "tex"], "summary": ["full", "short", "none"],
    "profile": ["reader", "slack", "matrix", "zulip", "mattermost", "discord"],
    "digest": ["daily", "weekly"], "sort": ["date", "score"], "pdf": ["true", "false"], "changes": ["true", "false"],
    "brief": ["100", "500"], "page": ["1", "2"], "max_results": ["0", "3", "100", "3000"], "start": ["0", "10"],
    "sortBy": ["relevance", "lastUpdatedDate", "submittedDate"], "sortOrder": ["ascending", "descending"],
    "search_query": ["all:graph", "ti:GPU AND cat:cs.DC", "cat:cs.*", "au:del_maestro"],
    "subjects": ["cs.DC", "cs.DC,cs.PF"], "id": ["2602.24044", "2505.23649"], "compat": ["arxiv"],
    "filter": ["GPU|FPGA"], "filter_time": ["86400", "604800"], "filter_case_sensitive": ["true", "false"],
}
BAD = ["", "zz!", "-1", "99999999999999999999", "a,b", "%00", "%FF", "true", "x" * 2000]
WRONG = [
    "/nothing", "/subjects", "/subjects/", "/subjects/cs.XX", "/subjects/cs.DC+cs.XX.rss", "/subjects/cs.DC.pdf",
    "/subjects/cs.DC.rss/", "/subjects/cs.DC/atom", "/subject/cs.DC.rss", "/feeds/cs.DC.rss", "/cs.DC.rss", "/rss", "/rss/",
    "/rss/cs.XX", "/rss/cs.DC/", "/atom/cs.DC+cs.XX", "/atom/cs.DC/", "/named", "/named/dc-system.rss", "/named/nothing",
    "/named/DC-SYSTEMS.rss", "/keywords/.rss", "/search.xml", "/api", "/api/query/", "/api/query?id_list=nonsense",
    "/api/query?search_query=ti:", "/api/query/id_list/2602.23598,nonsense", "/%6Detrics", "/metrics/", "/healthz/",
    "/status.xml", "/openapi.yaml", "/help", "/help/nothing", "/admin", "/hub", "/robots.txt?x=1", "/%2e%2e/etc/passwd",
    "/subjects/" + "+".join(["cs.DC"] * 60), "/subjects/all.rss", "/subjects/cs.dc.rss", "/subjects/CS.SY.atom",
    "/subjects/cmp-lg.json", "/subjects/cs.json", "/subjects/cs.DC%2Bcs.PF.json", "/subjects/cs.DC,cs.PF.json",
    "/subjects/cs.DC.rss?q=(", "/subjects/cs.DC.rss?q=ti:", "/search?q=cat:cs.DX", "/search?q=a+AND", "/search?q=/[/",
    "/search?q=foo:bar", "/search?q=list:nobody", "/search", "/explain", "/explain?q=ti:GPU", "/explain?q=(&id=2602.24044",
    "/explain?q=ti:GPU&id=9999.99999", "/subjects/cs.DC.rss?q=a&search_query=b", "/subjects/cs.DC.rss?days=3&filter_time=9",
    "/subjects/cs.DC.rss?limit=1&limit=2", "/subjects/cs.DC.rss?nonsense=1", "/subjects/cs.DC.rss?day=1&limt=2",
    "/subjects/cs.DC.rss?utm_source=x&fbclid=y&gclid=z&ref=w", "/status?nonsense=1", "/?nonsense=1", "/?subjects=cs.XX",
    "/?subjects=cs.DC&q=(", "/feeds.opml?subjects=cs.XX", "/feeds.opml?subjects=cs.DC,quant-ph", "/openapi.json?x=1",
    "/subjects/cs.DC.rss?q=" + "a+OR+" * 300 + "a", "/subjects/quant-ph.rss", "/subjects/cs.DC+quant-ph.json",
]
HEADERS = [
    *([("Accept", value)] for value in [
        "*/*", "text/html", "text/html,application/xhtml+xml,*/*;q=0.8", "application/rss+xml", "application/atom+xml",
        "application/feed+json", "application/json", "application/xml", "text/xml", "image/png", "text/html;q=0",
        "application/rss+xml;q=0.5, application/atom+xml;q=0.6", "nonsense", ""]),
    *([("Accept-Encoding", value)] for value in [
        "gzip", "br", "gzip, br", "identity", "deflate", "*", "gzip;q=0", "identity;q=0", "br;q=0.1, gzip;q=0.9", "GZIP", ""]),
    *([("Host", value)] for value in ["other.example", "a_b.example:8080", "[::1]:80", "bad host", "", "x/../y"]),
    [("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "evil.example"), ("X-Forwarded-Prefix", "/p")],
    [("Forwarded", "proto=https;host=evil.example")], [("Origin", "https://other.example")],
    [("Range", "bytes=0-9")], [("User-Agent", "newsboat/2.35"), ("A-IM", "feed")], [("A-IM", "feed, gzip")],
    [("If-Modified-Since", "Thu, 01 Jan 2026 00:00:00 GMT")], [("If-Modified-Since", "Fri, 01 Jan 2027 00:00:00 GMT")],
    [("If-Modified-Since", "nonsense")], [("If-Unmodified-Since", "Thu, 01 Jan 2026 00:00:00 GMT")], [("If-Match", "*")],
    [("If-Match", '"x"')], [("If-None-Match", "*")], [("If-None-Match", '"x"')], [("Expect", "100-continue")],
    [("Authorization", "Bearer nonsense")], [("Cookie", "a=b")], [("Cache-Control", "no-cache")],
]
METHODS = ["HEAD", "OPTIONS", "POST", "PUT", "DELETE", "PATCH", "TRACE", "PROPFIND", "get"]
RAW = [
    b"GET /subjects/cs.DC.rss?q=au:M\xc3\xbcller HTTP/1.1\r\nHost: feeds.example.org\r\nConnection: close\r\n\r\n",
    b'GET /search?q="leader election" HTTP/1.1\r\nHost: feeds.example.org\r\nConnection: close\r\n\r\n',
    b'GET /search?q="leader|election" HTTP/1.1\r\nHost: feeds.example.org\r\nConnection: close\r\n\r\n',
    b"GET http://feeds.example.org/healthz HTTP/1.1\r\nHost: feeds.example.org\r\nConnection: close\r\n\r\n",
    b"\r\n\r\nGET /healthz HTTP/1.1\r\nHost: feeds.example.org\r\nConnection: close\r\n\r\n",
    b"GET /healthz HTTP/1.0\r\n\r\n", b"GET /healthz HTTP/1.1\r\n\r\n", b"GET /healthz HTTP/2.0\r\nHost: a\r\n\r\n",
    b"GET /healthz\r\n\r\n", b"nonsense\r\n\r\n", b"GET /%zz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    b"GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n",
    b"GET /healthz HTTP/1.1\r\nHost: a\r\nX : b\r\nConnection: close\r\n\r\n",
    b"GET /" + b"a" * 70000 + b" HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    b"GET /healthz HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 200000 + b"\r\nConnection: close\r\n\r\n",
    b"GET /healthz HTTP/1.1\r\nHost: a\r\n" + b"X: y\r\n" * 300 + b"Connection: close\r\n\r\n",
    b"POST /hub HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n0\r\n\r\n",
    b"GET /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello",
    b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\nGET /robots.txt HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
]


class Described:
    """The OpenAPI document, as far as addresses are made from it."""

    def __init__(self, document):
        self.document = document

    def at(self, value):
        while "$ref" in value:
            found = self.document
            for part in value["$ref"].lstrip("#/").split("/"):
                found = found[part.replace("~1", "/").replace("~0", "~")]
            value = found
        return value

    def parameters(self, operation, place):
        return [p for p in map(self.at, operation.get("parameters", [])) if p["in"] == place]

    def values(self, parameter):
        schema = parameter.get("schema", {})
        example = parameter.get("example")
        example = ",".join(map(str, example)) if isinstance(example, list) else example
        example = str(example).lower() if isinstance(example, bool) else example
        known = [example, *(schema.get("enum") or []), *VALUES.get(parameter["name"], [])]
        return list(dict.fromkeys(str(value) for value in known if value is not None))

    def address(self, path, operation):
        for parameter in self.parameters(operation, "path"):
            value = urllib.parse.quote(self.values(parameter)[0], safe="")
            path = path.replace("{%s}" % parameter["name"], value)
        needed = [(p["name"], self.values(p)[0]) for p in self.parameters(operation, "query") if p.get("required")]
        needed = needed or [("q", "ti:GPU")] if path.startswith("/search") else needed
        return path, needed


def joined(path, pairs):
    return path + ("?" + urllib.parse.urlencode(pairs) if pairs else "")


def addresses(document, seed):
    """Every address with each value of each parameter alone, with mistakes, and combinations by chance."""
    described, chance = Described(document), random.Random(seed)
    for template, operations in document["paths"].items():
        operation = operations.get("get")
        if operation is None or template in ("/events",):
            continue
        first, needed = described.address(template, operation)
        paths = [first.replace(".atom", f".{name}") for name in FORMATS] if "{format}" in template else [first]
        for path in paths:
            yield joined(path, needed)
        parameters = described.parameters(operation, "query")
        for parameter in parameters:
            others = [pair for pair in needed if pair[0] != parameter["name"]]
            for value in described.values(parameter):
                for path in paths:
                    yield joined(path, [*others, (parameter["name"], value)])
            for value in BAD:
                yield joined(first, others) + ("&" if others else "?") + f"{parameter['name']}={value}"
            yield joined(first, [*others, (parameter["name"], "1"), (parameter["name"], "2")])
        if len(parameters) > 4:
            for _ in range(80):
                some = chance.sample(parameters, chance.randint(2, min(6, len(parameters))))
                pairs = {**dict(needed), **{p["name"]: chance.choice(described.values(p) or ["1"]) for p in some}}
                yield joined(chance.choice(paths), list(pairs.items()))


def ask_everything(pair, found, name, seed):
    documents = [json.loads(answer.body) for answer in pair.ask("/openapi.json")]
    seen = dict.fromkeys(path for document in documents for path in addresses(document, seed))
    for path in [*seen, *WRONG]:
        shape.compare(found, f"{name} GET {path[:160]}", path, *pair.ask(path))
    plain = [path for path in seen if "?" not in path]
    for path in [*plain, "/search.json?q=ti:GPU", "/nothing", "/subjects/cs.XX.rss"]:
        for headers in HEADERS:
            told = ", ".join(f"{name}: {value}" for name, value in headers)
            shape.compare(found, f"{name} GET {path} {told}", path, *pair.ask(path, headers=headers))
        for method in METHODS:
            body = b"" if method in ("POST", "PUT", "PATCH") else None
            shape.compare(found, f"{name} {method} {path}", path, *pair.ask(path, method, body=body))
        again(pair, found, name, path)
    for request in RAW:
        answers = [re.sub(rb"(?i)\r\n(date|x-request-id|etag|content-length): [^\r]*", b"", service.raw(request))
                   for service in pair.services]
        heads = [answer.partition(b"\r\n\r\n")[0].lower().split(b"\r\n") for answer in answers]
        where = f"{name} raw {request[:60]!r}"
        found.same(where, "status", *(head[0] for head in heads))
        found.same(where, "fields", *(sorted(head[1:]) for head in heads))
    form = urllib.parse.urlencode({"search_query": "ti:GPU", "max_results": "3"}).encode()
    kind = [("Content-Type", "application/x-www-form-urlencoded")]
    for path in ["/api/query", "/hub", "/admin/refresh", "/subjects/cs.DC"]:
        shape.compare(found, f"{name} POST form {path}", path, *pair.ask(path, "POST", kind, form))


def again(pair, found, name, path):
    """Each service is asked again for what it gave, by its own validators."""
    for coding in ["identity", "gzip", "br"]:
        accepted = ("Accept-Encoding", coding)
        first = pair.ask(path, headers=[accepted])
        for field, validator in [("If-None-Match", "etag"), ("If-Modified-Since", "last-modified"), ("If-Match", "etag"),
                                 ("If-Unmodified-Since", "last-modified")]:
            answers = [service.ask(path, headers=[accepted, (field, answer.header(validator) or '"none"')])
                       for service, answer in zip(pair.services, first)]
            shape.compare(found, f"{name} GET {path} {coding} {field} as given", path, *answers)


def config(folder, extra=""):
    """A settings file of its own for a service, with named feeds beside it."""
    (folder / "feeds.toml").write_text(NAMED)
    file = folder / "crosslist.toml"
    file.write_text(f'[server]\nbase_url = "{BASE}"\n[subjects]\nwatch = ["cs.DC"]\n{extra}')
    return str(file)


def demo(builds, root, folder, found, seed):
    found.part("demo")
    pages = ["--replay", str(root / "demo")]
    with Pair(builds, lambda own, _: ["--config", config(own), *pages], {}, folder, "demo") as pair:
        pair.settle()
        ask_everything(pair, found, "demo", seed)
    found.part("demo without a base address, with a hub and keys")
    keys = '[access]\nkeys = ["reader-key-0123456789"]\nadmin_keys = ["admin-key-0123456789"]\n[push]\nhub = "built-in"\n'
    with Pair(builds, lambda own, _: ["--config", config(own, keys), *pages], {"SERVER__BASE_URL": ""}, folder,
              "keys") as pair:
        pair.settle()
        for path in ["/", "/subjects/cs.DC.rss", "/named/dc-systems.json", "/status", "/status.json", "/metrics",
                     "/%6Detrics", "/healthz", "/readyz", "/feeds.opml", "/openapi.json", "/robots.txt", "/style.css",
                     "/help/rules", "/admin/refresh", "/api/query?search_query=ti:GPU", "/rss/cs.DC", "/explain", "/hub"]:
            for key in ["", "reader-key-0123456789", "admin-key-0123456789", "wrong"]:
                for sent in [[], [("Authorization", f"Bearer {key}")], [("Accept", "text/html")]]:
                    mark = "&" if "?" in path else "?"
                    address = f"{path}{mark}key={key}" if key and not sent else path
                    where = f"keys GET {address} {sent}"
                    shape.compare(found, where, path, *pair.ask(address, headers=sent))


def large(builds, pages, folder, found):
    found.part("a listing of 2,000 entries as a service")
    replay = folder / "large"
    replay.mkdir(exist_ok=True)
    shutil.copy(pages / "large-2000.html", replay / "cs.CV-new-2026-03-02.html")
    settings = {"SERVER__BASE_URL": BASE, "SUBJECTS__WATCH": "cs.CV", "SUBJECTS__FILL_DAYS": "0"}
    with Pair(builds, ["--replay", str(replay)], settings, folder, "large") as pair:
        pair.settle()
        for query in ["", "limit=2000", "limit=2000&text=mathml", "limit=2000&text=tex", "limit=2000&type=new",
                      "type=cross,replace&limit=700", "limit=2000&digest=daily", "limit=2000&profile=slack&summary=short",
                      "limit=2000&brief=300", "limit=2000&q=ti:diffusion+OR+abs:segment*", "limit=2000&pdf=true"]:
            for name in FORMATS:
                path = f"/subjects/cs.CV.{name}?{query}"
                for coding in ["identity", "gzip"]:
                    shape.compare(found, f"large GET {path} {coding}", path,
                                  *pair.ask(path, headers=[("Accept-Encoding", coding)]))
        for path in ["/rss/cs.CV", "/atom/cs.CV", "/api/query?search_query=cat:cs.CV&max_results=2000", "/status.json",
                     "/subjects/cs.CV?page=40", "/search.json?q=ti:image&limit=2000"]:
            shape.compare(found, f"large GET {path}", path, *pair.ask(path))

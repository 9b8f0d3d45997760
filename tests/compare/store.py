"""The SQLite file: its schema, and a file of OLD that NEW goes on with."""
import re, shutil, sqlite3

import web
from service import Pair

PATHS = ["/subjects/cs.DC.rss", "/subjects/cs.DC.atom?days=30", "/subjects/cs.DC.json?text=mathml", "/search.json?q=ti:GPU",
         "/rss/cs.DC", "/atom/cs.DC", "/api/query?search_query=all:graph", "/named/dc-systems.atom",
         "/subjects/cs.DC.json?digest=weekly"]


def schema(file):
    rows = sqlite3.connect(f"file:{file}?mode=ro", uri=True).execute(
        "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE '\\_%' ESCAPE '\\'")
    return {f"{kind} {name}": re.sub(r"\s+", " ", re.sub(r"--[^\n]*", "", sql)) for kind, name, sql in rows}


def files(builds, root, folder, found):
    found.part("store")
    stores = {side: folder / f"{side}.db" for side in ["old", "new"]}

    def arguments(own, side):
        return ["--config", web.config(own), "--replay", str(root / "demo"), "--store", f"sqlite:{stores[side]}"]

    with Pair(builds, arguments, {}, folder, "store") as pair:
        pair.settle()
        first = {path: pair.ask(path) for path in PATHS}
    old, new = (schema(stores[side]) for side in ["old", "new"])
    for name in sorted(old.keys() | new.keys()):
        found.same(f"store {name}", "schema", old.get(name), new.get(name))
    shutil.copy(stores["old"], stores["new"])
    with Pair(builds, arguments, {}, folder, "store") as pair:
        for path in PATHS:
            before, (_, after) = first[path][0], pair.ask(path)
            found.same(f"store of OLD {path}", "body", before.body, after.body)
            found.same(f"store of OLD {path}", "etag", before.header("etag"), after.header("etag"))

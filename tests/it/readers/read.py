"""What do readers that others wrote make of a document? Answers in JSON on standard output.

read.py feedparser DOCUMENT
read.py jsonschema DOCUMENT SCHEMA REFERENCED...
"""

import calendar
import json
import sys


def read_with_feedparser(path):
    import feedparser

    with open(path, "rb") as document:
        read = feedparser.parse(document.read())
    return {
        "bozo": str(read.get("bozo_exception", "")) if read.bozo else None,
        "version": read.version,
        "title": read.feed.get("title"),
        "link": read.feed.get("link"),
        "entries": [
            {
                "id": entry.id,
                "title": entry.title,
                "published": calendar.timegm(entry.published_parsed),
                "authors": [author.get("name", "") for author in entry.get("authors", [])],
                "tags": [tag.term for tag in entry.get("tags", [])],
                "link": entry.link,
                "announce_type": entry.get("arxiv_announce_type"),
            }
            for entry in read.entries
        ],
    }


def check_with_jsonschema(path, schema, *referenced):
    import jsonschema
    from referencing import Registry
    from referencing.jsonschema import DRAFT4

    def load(name):
        with open(name, encoding="utf-8") as text:
            return json.load(text)

    known = [DRAFT4.create_resource(load(name)) for name in (schema, *referenced)]
    registry = Registry().with_resources([(resource.id(), resource) for resource in known])
    validator = jsonschema.Draft4Validator(load(schema), registry=registry)
    return {"errors": [f"{error.json_path}: {error.message[:200]}" for error in validator.iter_errors(load(path))]}


if __name__ == "__main__":
    what, *paths = sys.argv[1:]
    answer = {"feedparser": read_with_feedparser, "jsonschema": check_with_jsonschema}[what](*paths)
    json.dump(answer, sys.stdout)

"""What programs for arXiv do: new papers from the Atom feed by feedparser, then their details by the `arxiv` package.

    arxiv_package.py BASE SUBJECTS

Only the host differs from what they ask of rss.arxiv.org and export.arxiv.org. Prints JSON.
"""
import json
import sys

import arxiv
import feedparser

BATCH = 20

base, subjects = sys.argv[1:]
feed = feedparser.parse(f"{base}/atom/{subjects}")
entries = [entry for entry in feed.entries if entry.get("arxiv_announce_type", "new") in {"new", "cross"}]
ids = [entry.id.removeprefix("oai:arXiv.org:") for entry in entries]

client = arxiv.Client(delay_seconds=0, num_retries=0)
client.query_url_format = client.query_url_format.replace("https://export.arxiv.org", base)
assert base in client.query_url_format, client.query_url_format
results = []
for begin in range(0, len(ids), BATCH):
    results += client.results(arxiv.Search(id_list=ids[begin : begin + BATCH]))

print(
    json.dumps(
        {
            "title": feed.feed.title,
            "bozo": bool(feed.bozo),
            "entries": [[entry.title, [author.name for author in entry.authors]] for entry in entries],
            "ids": ids,
            "results": [
                {
                    "id": result.get_short_id(),
                    "title": result.title,
                    "authors": [author.name for author in result.authors],
                    "primary": result.primary_category,
                    "published": result.published.isoformat(),
                    "pdf": result.pdf_url,
                }
                for result in results
            ],
        }
    )
)

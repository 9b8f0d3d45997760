#!/usr/bin/env bash
# Runs public programs that were written for arXiv against crosslist, with nothing but the host changed.
#
#   tests/it/api/programs/public_programs.sh CROSSLIST FOLDER
#
# CROSSLIST is the program; FOLDER holds checkouts of those of the programs below that are to be tried:
#   zotero-arxiv-daily   https://github.com/TideDra/zotero-arxiv-daily       Atom by feedparser, then ids in batches of 20
#   gpt_paper_assistant  https://github.com/tatsu-lab/gpt_paper_assistant    RSS by feedparser, then submittedDate: ranges
#   cv-arxiv-daily       https://github.com/Vincentqyw/cv-arxiv-daily        searches by keyword, newest first
# The packages of PyPI that they import are installed into a folder of their own, which is removed with the copies.
set -euo pipefail

crosslist="$(realpath "$1")"
programs="$(realpath "$2")"
demo="$(realpath "$(dirname "$0")/../../demo")"
work="$(mktemp -d)"
server=
trap '[ -z "$server" ] || kill "$server"; rm -rf "$work"' EXIT

python3 -m venv "$work/venv"
python="$work/venv/bin/python"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check \
  'arxiv>=2,<3' feedparser loguru requests pyyaml omegaconf tqdm openai pymupdf pymupdf-layout pymupdf4llm tiktoken

address=127.0.0.1:18475
(cd "$work" && exec "$crosslist" serve --replay "$demo" --listen "$address") > "$work/log" 2>&1 &
server=$!
for _ in $(seq 50); do
  curl --silent --fail --max-time 30 "http://$address/subjects/cs.DC.atom" > "$work/feed" && break
  sleep 0.2
done

# changed FOLDER…: the hosts of arXiv's services become this one; the statements stay as they are.
changed() {
  # One that leaves it to the `arxiv` package names no host itself.
  { grep -rlE 'rss\.arxiv\.org|export\.arxiv\.org' --include '*.py' "$@" || true; } \
    | xargs -r sed -i -E "s#https?://(rss|export)\.arxiv\.org#http://$address#g"
}
changed "$work"/venv/lib/python3*/site-packages/arxiv

if [ -d "$programs/zotero-arxiv-daily" ]; then
  cp -r "$programs/zotero-arxiv-daily" "$work/zotero"
  changed "$work/zotero/src"
  PYTHONPATH="$work/zotero/src" "$python" - << 'PYTHON'
from omegaconf import OmegaConf
from zotero_arxiv_daily.retriever.arxiv_retriever import ArxivRetriever

config = OmegaConf.create(
    {
        "executor": {"debug": False},
        "source": {"arxiv": {"category": ["cs.DC", "cs.DC"], "include_cross_list": True}},
    }
)
papers = ArxivRetriever(config)._retrieve_raw_papers()
assert papers and all(paper.title and paper.authors and paper.summary for paper in papers), papers
print(f"zotero-arxiv-daily: {len(papers)} papers of the newest mailing")
PYTHON
fi

if [ -d "$programs/gpt_paper_assistant" ]; then
  cp -r "$programs/gpt_paper_assistant" "$work/gpt"
  changed "$work/gpt"
  (cd "$work/gpt" && "$python" - << 'PYTHON'
import configparser
import datetime

import arxiv_scraper


class OnTheDayOfTheDemo(datetime.datetime):
    """It asks for what changed since yesterday, and the pages of the demo are of March 2026."""

    @classmethod
    def utcnow(cls):
        return cls(2026, 3, 6, 12)


arxiv_scraper.datetime = OnTheDayOfTheDemo
config = configparser.ConfigParser()
config.read("configs/config.ini")
papers, timestamp, last = arxiv_scraper.get_papers_from_arxiv_rss("cs.DC", config)
assert timestamp and all(paper.title and paper.abstract and len(paper.authors) > 0 for paper in papers)
more = arxiv_scraper.get_papers_from_arxiv_api("cat:cs.DC", timestamp, "0000.00000")
assert more, "no paper by submittedDate:"
print(f"gpt_paper_assistant: {len(papers)} new papers of {timestamp}, {len(more)} by their dates")
PYTHON
  )
fi

if [ -d "$programs/cv-arxiv-daily" ]; then
  cp -r "$programs/cv-arxiv-daily" "$work/cv"
  changed "$work/cv"
  (cd "$work/cv" && "$python" - << 'PYTHON'
import daily_arxiv

papers, _ = daily_arxiv.get_daily_papers("GPU", query='"GPU"OR"scheduling"', max_results=10)
rows = papers["GPU"]
assert rows, "no paper by keyword"
print(f"cv-arxiv-daily: {len(rows)} papers by keyword")
PYTHON
  )
fi

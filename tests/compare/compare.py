#!/usr/bin/env python3
"""Compares what two builds of crosslist answer, to show that a change keeps the contract.

  compare.py OLD NEW [--pages FOLDER] [--upstream SCRIPT] [--only PART,...] [--days N] [--known FILE] [--seed N]

OLD and NEW are the programs of the two builds. Both are asked the same in every part:

  demo      every address, parameter, header and mistake over the saved pages of demo/
  cli       what the commands print, write and exit with
  store     the schema of the SQLite file, and what NEW answers from a file of OLD
  pages     every page of FOLDER as a feed of every format; large-2000.html also as a service
  upstream  N days of SCRIPT, an arXiv on loopback that misbehaves on order, one fault a day

Feeds are compared byte by byte, with their status, headers and ETags. Of pages, problems, help and the OpenAPI document
everything counts but the prose: links, forms, fields, codes, types. Printed is every difference, those that known.toml
explains as a count with the reason. The exit code is 1 where one is left unexplained.

Standard library alone; Python 3.11 or later.
"""
import argparse, os, signal, sys, tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import cli, report, store, upstream, web

PARTS = ["demo", "cli", "store", "pages", "upstream"]

arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
arguments.add_argument("old", type=Path)
arguments.add_argument("new", type=Path)
arguments.add_argument("--pages", type=Path, help="a folder of saved pages")
arguments.add_argument("--upstream", type=Path, help="the script of an arXiv that misbehaves")
arguments.add_argument("--only", default=",".join(PARTS), help="parts, separated by commas")
arguments.add_argument("--days", type=int, default=15, help="how many days of --upstream")
arguments.add_argument("--known", type=Path, default=Path(__file__).parent / "known.toml")
arguments.add_argument("--seed", type=int, default=1, help="of the combinations of parameters")
chosen = arguments.parse_args()
parts = chosen.only.split(",")
for part in parts:
    if part not in PARTS:
        sys.exit(f"compare.py: {part} is none of {', '.join(PARTS)}")

root = Path(__file__).resolve().parents[2]
builds = [chosen.old.resolve(), chosen.new.resolve()]
# What is ended from outside ends its services too.
signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended"))
for name in [name for name in os.environ if name.startswith("CROSSLIST_")]:
    del os.environ[name]
found = report.Report(chosen.known)
with tempfile.TemporaryDirectory() as folder:
    folder = Path(folder)
    if "demo" in parts:
        web.demo(builds, root, folder, found, chosen.seed)
    if "cli" in parts:
        cli.commands(builds, root, folder, found)
    if "store" in parts:
        store.files(builds, root, folder, found)
    if "pages" in parts and chosen.pages:
        cli.pages(builds, chosen.pages.resolve(), found)
        web.large(builds, chosen.pages.resolve(), folder, found)
    if "upstream" in parts and chosen.upstream:
        upstream.days(builds, chosen.upstream.resolve(), folder, found, chosen.days)
sys.exit(found.finish())

"""What the commands print, write and exit with; messages for people are not compared."""
import subprocess

import web
from service import BASE

TIMEOUT = 120


def run(program, arguments, folder, data=b""):
    ended = subprocess.run([program, *arguments], cwd=folder, input=data, capture_output=True, timeout=TIMEOUT)
    return ended.returncode, ended.stdout


def both(builds, arguments, folder, found, where, data=b"", is_text=False):
    (old_code, old), (new_code, new) = (run(build, arguments, folder, data) for build in builds)
    found.same(where, "exit code", old_code, new_code)
    if not is_text:
        found.same(where, "output", old, new)


def commands(builds, root, folder, found):
    found.part("commands")
    monday = (root / "demo/cs.DC-new-2026-03-02.html").read_bytes()
    files = sorted(str(path) for path in (root / "demo").glob("cs.DC-new-*.html"))
    recent = str(root / "demo/cs.DC-recent-2026-03-06.html")
    for arguments in [
        ["convert", *files[:2]], ["convert", *files], ["convert", recent], ["convert", "--format", "rss", *files],
        ["convert", "--type", "new,cross", "--limit", "7", files[0]], ["convert", "-q", "ti:GPU", *files],
        ["convert", "--text", "mathml", *files], ["convert", "--profile", "slack", *files], ["convert", "-"],
        ["convert", "--base-url", "https://a.example/b/", files[0]], ["convert", "--limit", "0", files[0]],
        ["convert", "--format", "pdf", files[0]], ["convert", "-q", "ti:(", files[0]], ["convert", "/nothing.html"], ["convert"],
    ]:
        both(builds, arguments, folder, found, f"cli {' '.join(arguments)[:120]}", monday)
    cut = monday[:len(monday) // 2]
    for name, data in [("half a page", cut), ("nothing", b""), ("noise", b"\xff" * 4096)]:
        both(builds, ["convert", "-"], folder, found, f"cli convert - < {name}", data)
    own = folder / "cli"
    own.mkdir(exist_ok=True)
    config = ["--config", web.config(own)]
    replay = ["--replay", str(root / "demo")]
    for arguments in [["check", *config], ["check", "--config", "/nothing.toml"], ["--version"], ["nonsense"], ["serve", "--nonsense"],
                      ["completions", "bash"], ["completions", "tcsh"], ["man"], ["--help"], ["health"],
                      ["fetch", "cs.DC", *config, *replay], ["fetch", "cs.XX", *config, *replay],
                      ["query", "ti:GPU", *config], ["query", "ti:(", *config], ["explain", "ti:GPU", "2602.24044", *config],
                      ["store", "backup", "/nothing/x.db", *config], ["store", "set-aside", *config], ["refresh", *config]]:
        both(builds, arguments, own, found, f"cli {' '.join(arguments)[:120]}", is_text=True)
    written = []
    for build, side in zip(builds, ["old", "new"]):
        out = folder / f"export-{side}"
        command = ["export", *config, *replay, "--out", str(out), "--base-url", BASE + "/", "--precompress"]
        written.append((run(build, command, own)[0], {
            str(path.relative_to(out)): path.read_bytes() for path in sorted(out.rglob("*")) if path.is_file()}))
    (old_code, old), (new_code, new) = written
    found.same("cli export", "exit code", old_code, new_code)
    found.same("cli export", "files", sorted(old), sorted(new))
    for name in old.keys() & new.keys():
        if name.split(".gz")[0].split(".br")[0].endswith((".rss", ".atom", ".opml")) or ".json" in name and "/" in name:
            found.same(f"cli export {name}", "bytes", old[name], new[name])


def pages(builds, folder, found):
    found.part("every page as a feed")
    for path in sorted(folder.rglob("*.html")):
        for options in [["--format", "rss"], ["--format", "atom"], ["--format", "json"],
                        ["--format", "json", "--text", "mathml"]]:
            both(builds, ["convert", *options, str(path)], folder, found, f"page {path.name} {' '.join(options)}")

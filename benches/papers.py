"""papers.py FOLDER: writes pages of new submissions of one subject into a folder, for a replay, and prints the subject.

PAPERS (25,000) papers are announced over the mailing days of 30 days. They are those of PAGE, a saved page of new
submissions, over and over; each is numbered anew, and one word in 25 is another, so that there are rare words.
"""

import datetime, os, random, re, sys

folder = sys.argv[1]
page = os.environ.get("PAGE", "tests/fixtures/pages/cs.DC-new-2026-03-02.html")
page = open(page, encoding="utf-8").read()
subject = re.search(r'id="recent-([^"]+)"', page)[1]
start, end = page.index("<dl "), page.index("</dl>", page.index("<dl "))
entries = [entry.split("</dd>")[0] for entry in re.split(r"<dt>", page[start:end])[1:]]
newest = datetime.date(2026, 3, 6)
days = [newest - datetime.timedelta(days) for days in range(29, -1, -1)]
days = [day for day in days if day.weekday() < 5]
chance = random.Random(1)
papers, made = int(os.environ.get("PAPERS", "25000")), 0
for number, day in enumerate(days):
    count = papers * (number + 1) // len(days) - made
    heading = f"New submissions (showing {count} of {count} entries)"
    parts = [re.sub(r"Total of \d+", f"Total of {count}", page[:start])]
    parts[0] = re.sub(r"new listings for [^<]+", f"new listings for {day:%A}, {day.day} {day:%B %Y}", parts[0])
    parts.append(f"<dl id='articles'>\n<h3>{heading}</h3>\n")
    for position in range(1, count + 1):
        entry = entries[made % len(entries)]
        made += 1
        old = re.search(r'title="Abstract" id="([^"]+)"', entry)[1]
        entry = entry.replace(old, f"{2601 + made // 100000}.{made % 100000:05}")
        entry = re.sub(r"name='item\d+'", f"name='item{position}'", entry)
        opening = entry.rindex("<p class='mathjax'>") + 19 if "<p class='mathjax'>" in entry else len(entry)
        words = entry[opening:].split(" ")
        for place in range(0, len(words), 25):
            if words[place].isalpha():
                words[place] = "w" + format(int(chance.paretovariate(0.5)) % 10**9, "x")
        parts.append("<dt>" + entry[:opening] + " ".join(words) + "</dd>\n")
    parts.append("</dl></div></div></div></main></body></html>\n")
    with open(f"{folder}/{subject}-new-{day}.html", "w", encoding="utf-8") as file:
        file.write("".join(parts))
print(subject)

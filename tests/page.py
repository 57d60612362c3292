#!/usr/bin/env python3
"""page.py: whether the page that cxj-report --page and Engine.page() write is what it promises.

    page.py REPORT              without a browser: the template (its size, its hashes, that it asks for nothing), that names
                                stay text in JSON and in plain tables, and that both writers write the same
    page.py REPORT --browser CHROMIUM [--axe axe.min.js] [--pictures FOLDER] [--data FOLDER] [--only NAME]
                                in a browser, too, driven by Playwright, with the network off: no request and no message; the
                                numbers of the JSON; what axe finds; widths, print, dark, without script; nothing overlaps or
                                leaves its box; the keyboard. Pictures of all go to FOLDER; logs of FOLDER/*/events.csv.gz are
                                tried, too
    page.py --hash              writes the hashes of the template's style and script into it
    page.py REPORT --browser CHROMIUM --picture FILE.png
                                writes the picture that README.md shows

The Python package is tried where CXJ_LIBRARY names the library. Exit status 0 if everything holds.
"""

from __future__ import annotations

import argparse
import base64
import csv
import datetime
import gzip
import hashlib
import html.parser
import json
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator

ROOT = pathlib.Path(__file__).resolve().parent.parent
TEMPLATE = ROOT / "examples" / "page.html"
SAMPLE = ROOT / "examples" / "onboarding.csv"
WIDTHS = (360, 768, 1280)
MOST_TEMPLATE, MOST_PAGE = 100_000, 2_000_000
BEGIN = datetime.datetime(2026, 1, 1, 9, tzinfo=datetime.timezone.utc)
HEAD = "journey,id,at,type,segment,channel,owner,team,cause,facets,due,scale,score,scope,outcome"

#: Names that are none of a page's business: each must be there as text, and do nothing.
HOSTILE = [
    "<script>document.title='gone'</script>", "</script><img src=x onerror=alert(1)>", "<!--", "--><b>bold</b>", "&lt;&amp;",
    "\"quoted\" 'twice' `thrice`", "${name} {{name}} %s", "__proto__", "constructor", "toString", "a\u2028b\u2029c", "مكتب الفوترة الرئيسي",
    "שירות לקוחות", "客户服务部第三组", "お客様相談窓口", "\u202eright to left", "bell\x07 \x1b[31mred", "Straßenbau ÄÖÜ 😀", "a" * 60,
    "Department of Onboarding, Offboarding and Everything Between", "http://example.invalid/?a=1&b=2",
]


def fail(sentence: str) -> None:
    raise SystemExit(f"page.py: {sentence}")


def expect(holds: bool, sentence: str) -> None:
    if not holds:
        fail(sentence)


# ---- the template ---------------------------------------------------------------------------------------------------


def hash_of(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def hashes(text: str) -> dict[str, str]:
    """The hashes of the one style and the one script that may run."""
    (style,), (script,) = (re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.S) for tag in ("style", "script"))
    return {"style-src": hash_of(style), "script-src": hash_of(script)}


def write_hashes() -> None:
    text = TEMPLATE.read_text("utf-8")
    for name, value in hashes(text).items():
        text = re.sub(rf"{name} '[^']*'", f"{name} '{value}'", text)
    TEMPLATE.write_text(text, "utf-8")


def check_template() -> None:
    text = TEMPLATE.read_text("utf-8")
    expect(len(text.encode()) < MOST_TEMPLATE, f"the template has {len(text.encode())} bytes")
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)
    expect(policy is not None and policy[1].startswith("default-src 'none';"), "the template has no policy that forbids requests")
    assert policy
    for name, value in hashes(text).items():
        expect(f"{name} '{value}';" in policy[1], f"{name} of the policy is not the hash of what stands there: page.py --hash")
    expect("unsafe" not in policy[1] and "http" not in policy[1], "the policy allows more than the template's own style and script")
    for mark in ("<!--title-->", "<!--plain-->", "<!--json-->"):
        expect(text.count(mark) == 1, f"{mark} stands {text.count(mark)} times in the template")
    body = text.partition("</head>")[2]
    for never in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "Function(", "fetch(", " src=", "@import"):
        expect(never not in body, f"the template uses {never}")


# ---- pages ----------------------------------------------------------------------------------------------------------


class Page:
    """A page that was written: where it is, its JSON, and its plain part."""

    def __init__(self, path: pathlib.Path) -> None:
        self.path, self.text = path, path.read_text("utf-8")
        (data,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', self.text, re.S)
        (self.plain,) = re.findall(r'<div id="plain">(.*?)</div>\n</main>', self.text, re.S)
        expect(not re.search("[<>&]", data), f"{path.name}: the JSON has < > or &")
        self.data = json.loads(data)
        expect(len(self.text.encode()) < MOST_PAGE, f"{path.name} has {len(self.text.encode())} bytes")

    def figure(self, name: str) -> dict | None:
        return next((one for one in self.data["figures"] if one["figure"] == name), None)


def write_page(report: str, log: pathlib.Path, folder: pathlib.Path, *options: str) -> Page:
    path = folder / (log.stem.replace(".csv", "") + ".html")
    done = subprocess.run([report, *options, "--page", str(path), str(log)], capture_output=True, text=True, timeout=600)
    expect(done.returncode == 0 and done.stdout == "", f"{log.name}: status {done.returncode}, {done.stderr}{done.stdout[:200]}")
    expect(f"the page is {path}" in done.stderr, f"{log.name}: nobody says where the page is: {done.stderr}")
    return Page(path)


class Texts(html.parser.HTMLParser):
    """The texts and the tags of the plain part."""

    def __init__(self, plain: str) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[str] = []
        self.tags: set[str] = set()
        self.feed(plain)

    def handle_starttag(self, tag: str, attrs: list) -> None:
        self.tags.add(tag)
        if tag in ("bdi", "td", "th"):
            self.texts.append("")

    def handle_data(self, data: str) -> None:
        if self.texts:
            self.texts[-1] += data


def rows_of(names: list[str], seed: int, journeys: int) -> Iterator[list[str]]:
    """A log of these names, in every place that a name can have."""
    dice = random.Random(seed)
    for journey in range(journeys):
        day, kind = 1 + dice.randrange(28), dice.choice(names)
        for step in range(4):
            at = f"2026-{1 + journey % 12:02}-{day:02}T{8 + 2 * step:02}:{dice.randrange(60):02}"
            rating = ["csat5", str(dice.randrange(1, 6)), "touchpoint"] if step in (1, 2) else ["csat5", str(dice.randrange(1, 6)), "journey"]
            facets = ["inbound", "update", dice.choice(["fault", "repeated", "contradicted", "explains"]), "delivered|update"][step]
            due = f"2026-{1 + journey % 12:02}-{day:02}T{dice.choice(['09', '13', '15'])}:00" if step == 1 else ""
            yield [f"j<{journey}>", str(step + 1), at, kind, dice.choice(names), dice.choice(names),
                   dice.choice(names), dice.choice(names), dice.choice(names) if step == 2 else "", facets, due, *rating,
                   "completed" if step == 3 and journey % 9 else ""]


def write_log(path: pathlib.Path, names: list[str], journeys: int, seed: int = 7) -> pathlib.Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEAD.split(","))
        writer.writerows(rows_of(names, seed, journeys))
    return path


def write_text(path: pathlib.Path, *lines: str) -> pathlib.Path:
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def made_logs(folder: pathlib.Path) -> dict[str, pathlib.Path]:
    """Logs of unlike shapes."""
    alike = ["journey,id,at,segment,scale,score,scope,outcome"]
    dice = random.Random(3)
    for journey in range(200):
        for step in range(4):
            alike.append(f"{journey + 1},{step + 1},2026-01-{1 + journey % 28:02}T1{step}:00,{'ab'[journey % 2]},csat5,{dice.randrange(1, 6)},"
                         f"{'journey' if step % 2 else 'touchpoint'},{'completed' if step == 3 else ''}")
    many = ["journey,id,at,owner,channel,csat5"]
    for number in range(20_000):
        many.append(f"{number // 3 + 1},{number + 1},2026-{1 + number % 9:02}-{1 + number % 28:02},o{number * 7 % 5000},{number % 300},{1 + number % 5}")
    waits = ["journey,id,at,channel,facets,outcome"]
    for journey in range(1, 41):
        day = f"2026-{1 + journey // 28:02}-{1 + journey % 28:02}"
        waits.append(f"{journey},1,{day}T09:00,mail,inbound,")
        waits += [f"{journey},2,{day}T10:00,mail,update,", f"{journey},3,{day}T12:00,mail,resolved,completed"] if journey % 2 else []
    steady = ["journey,id,at,owner,outcome"]
    for journey in range(1, 401):
        begin = BEGIN + datetime.timedelta(days=journey)
        end = begin + datetime.timedelta(days=20 + journey * 7 % 21)
        steady += [f"{journey},1,{begin:%Y-%m-%dT%H:%M},ann,", f"{journey},2,{end:%Y-%m-%dT%H:%M},ann,completed"]
    return {
        "waits": write_text(folder / "waits.csv", *waits),
        "steady": write_text(folder / "steady.csv", *steady),
        "empty": write_text(folder / "empty.csv", "journey,at"),
        "one": write_text(folder / "one.csv", "journey,at,owner,channel", "1,2026-01-01T10:00,ann,phone"),
        "alike": write_text(folder / "alike.csv", *alike),
        "owners": write_text(folder / "owners.csv", *many),
        "hostile": write_log(folder / "hostile.csv", HOSTILE, 400),
        "month": write_log(folder / "month.csv", ["ann", "bob"], 2),
    }


def check_names(page: Page) -> None:
    """Names are text wherever they stand."""
    plain = Texts(page.plain)
    expect(plain.tags <= {"h1", "h2", "p", "code", "div", "table", "thead", "tbody", "tr", "th", "td", "bdi"}, f"the plain part has {plain.tags}")
    shown = {value for figure in page.data["figures"] for cell in figure["cells"] for value in cell["key"].values()}
    for name in HOSTILE:
        expect(name in shown and name in plain.texts, f"the name {name!r} is not what it was")


def check_finding(pages: dict[str, Page]) -> None:
    """Views that do not apply are absent, with what the log lacks; those of the sample log are all there."""
    names = [one["figure"] for one in pages["onboarding"].data["figures"]]
    expect(len(names) == len(set(names)) and len(names) >= 15, f"the sample log has the figures {names}")
    for name, page in pages.items():
        there = {one["figure"] for one in page.data["figures"]} | {one["rule"] for one in page.data["worklists"]}
        gone = {one["figure"] for one in page.data["absent"]}
        expect(not there & gone and len(there | gone) == 19, f"{name}: {there} are there, {gone} are absent")
        expect(all(one["lacks"] for one in page.data["absent"]), f"{name}: nobody says why something is absent")


def check_python(report: str, page: Page, log: pathlib.Path, folder: pathlib.Path) -> None:
    """The Python package writes what the report program writes."""
    import cxj

    saved = folder / "engine.cxj"
    subprocess.run([report, "--save", str(saved), "--page", str(folder / "again.html"), str(log)], capture_output=True, check=True)
    engine = cxj.Engine.load(saved)
    latest = engine.stats().latest_at
    if latest is not None:
        engine.advance(latest)
    with log.open(encoding="utf-8-sig", newline="") as file:
        texts = {cxj.id_from_text(row["journey"]): row["journey"] for row in csv.DictReader(file)}
    before = engine.to_bytes()
    engine.page(folder / "python.html", title=log.name, journeys=texts)
    expect(engine.to_bytes() == before and not list(engine), f"{log.name}: Engine.page() left something behind")
    other = Page(folder / "python.html")
    expect(other.data == page.data, f"{log.name}: the two writers do not write the same JSON")
    expect(other.plain == page.plain, f"{log.name}: the two writers do not write the same tables")


def check_engines(report: str, folder: pathlib.Path) -> dict[str, Page]:
    """Engines as no log makes them. What journeys had that are sealed, views that are new do not know; both writers say so alike.
    One whose clock was never moved, only the package writes."""
    import cxj

    day, pages = datetime.timedelta(days=1), {}
    with cxj.Engine() as engine:
        engine.record(journey=1, id=1, at=BEGIN, owner="ann", facets="inbound", csat=3)
        engine.page(folder / "unmoved.html", title="unmoved")
    pages["unmoved"] = Page(folder / "unmoved.html")
    for name, rest in (("sealed", 40 * day), ("partly", 20 * day)):
        saved = folder / f"{name}.cxj"
        with cxj.Engine(seal_idle_after=day) as engine:
            for number in range(1, 30):
                engine.record(journey=number, id=1, at=BEGIN + number * day, owner="ann", facets="inbound", csat=3)
            engine.advance(BEGIN + rest)
            engine.save(saved)
        path = folder / f"{name}.html"
        subprocess.run([report, "--load", str(saved), "--page", str(path)], capture_output=True, check=True)
        pages[name] = Page(path)
        with cxj.Engine.load(saved) as engine:
            engine.advance(max(engine.stats().latest_at, engine.stats().now))
            engine.page(folder / f"{name}-python.html", title=saved.name)
        other = Page(folder / f"{name}-python.html")
        expect(other.data == pages[name].data and other.plain == pages[name].plain, f"{name}: the two writers do not write the same")
        expect(other.data["first"] is None and "Journeys that are sealed, and not in these numbers: " in other.plain, f"{name}: nobody says what is not known")
    return pages


def check_rules(report: str, folder: pathlib.Path) -> None:
    """Worklists of the host's own rules stand in place of the template's."""
    own = folder / "rules"
    own.mkdir()
    page = write_page(report, SAMPLE, own, "--rule", "open for 60d", "--rule", "bounces over 1")
    rules = [one["rule"] for one in page.data["worklists"]]
    expect(rules == ["open for 60d", "bounces over 1"], f"with own rules the page has {rules}")
    answer = subprocess.run([report, "--json", "--rule", "open for 60d", str(SAMPLE)], capture_output=True, text=True, check=True)
    occasions = json.loads(answer.stdout)["worklists"][0]["occasions"]
    expect(page.data["worklists"][0]["of"] == len(occasions), "the worklist of the page is not the report's")
    expect({one["journey"] for one in page.data["worklists"][0]["occasions"]} <= {one["journey"] for one in occasions}, "other journeys wait on the page")
    for path in ("log.csv", ".html", str(SAMPLE)):  # a log that was named in place of a page stays
        other = subprocess.run([report, "--page", path, str(SAMPLE)], capture_output=True, text=True)
        expect(other.returncode == 2 and "ends with .html" in other.stderr, f"--page {path}: {other.returncode}, {other.stderr}")
    refused = subprocess.run([report, "--page", str(folder / "no" / "where.html"), str(SAMPLE)], capture_output=True, text=True)
    expect(refused.returncode == 1 and "where.html" in refused.stderr, f"a folder that is not there: {refused.returncode}, {refused.stderr}")


def check_numbers(report: str, page: Page, log: pathlib.Path) -> None:
    """Each number of the page is that of the report's JSON."""
    views = sorted({one["view"] for one in page.data["figures"]})
    feeds = known_facets(page)
    answer = subprocess.run([report, "--json", "--feeds", feeds, *(part for view in views for part in ("--view", view)), str(log)],
                            capture_output=True, text=True, check=True)
    cells = {view["view"]: {json.dumps(cell["key"]): cell for cell in view["cells"]} for view in json.loads(answer.stdout)["views"]}
    for figure in page.data["figures"]:
        for cell in figure["cells"]:
            other = cells[figure["view"]][json.dumps(cell["key"])]
            for metric, value in cell["metrics"].items():
                if "=" not in metric:
                    expect(value == other["metrics"][metric], f"{figure['view']}: {cell['key']} has {metric} {value}, not {other['metrics'][metric]}")
                    expect(cell["intervals"].get(metric) == other["intervals"].get(metric), f"{figure['view']}: other intervals of {metric}")


def known_facets(page: Page) -> str:
    """The facets that are recorded, as an option."""
    header = (ROOT / "include" / "cxj.h").read_text("utf-8")
    names = [name.lower() for name in re.findall(r"\bCXJ_FACET_([A-Z_]+) = ", header)]
    gone = {one["facet"] for one in page.data["unrecorded"]}
    return ",".join(name for name in names if name not in gone and name != "withdrawn")


# ---- all of it ------------------------------------------------------------------------------------------------------


def real_logs(data: pathlib.Path | None, folder: pathlib.Path) -> dict[str, pathlib.Path]:
    """Logs beside the project, where there are any."""
    logs = {}
    for packed in sorted(data.glob("*/events.csv.gz")) if data else []:
        path = folder / f"{packed.parent.name}.csv"
        path.write_bytes(gzip.decompress(packed.read_bytes()))
        logs[packed.parent.name] = path
    return logs


def check_pages(report: str, logs: dict[str, pathlib.Path], folder: pathlib.Path) -> dict[str, Page]:
    """What needs no browser."""
    pages = {name: write_page(report, log, folder) for name, log in logs.items()}
    check_names(pages["hostile"])
    check_finding(pages)
    check_rules(report, folder)
    for name, log in logs.items():
        check_numbers(report, pages[name], log)
        if "CXJ_LIBRARY" in os.environ:
            check_python(report, pages[name], log, folder)
    return {**pages, **(check_engines(report, folder) if "CXJ_LIBRARY" in os.environ else {})}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("report", nargs="?")
    parser.add_argument("--hash", action="store_true")
    parser.add_argument("--browser")
    parser.add_argument("--axe", type=pathlib.Path)
    parser.add_argument("--pictures", type=pathlib.Path)
    parser.add_argument("--picture", type=pathlib.Path)
    parser.add_argument("--data", type=pathlib.Path)
    parser.add_argument("--only", help="look at this page alone in the browser")
    how = parser.parse_args()
    if how.hash:
        write_hashes()
        return
    check_template()
    sys.path.insert(0, str(ROOT / "bindings" / "python"))
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        if how.picture:
            import page_look

            page_look.take_picture(how.browser, write_page(how.report, SAMPLE, folder).path, how.picture)
            return
        logs = {"onboarding": SAMPLE, **made_logs(folder), **real_logs(how.data, folder)}
        pages = check_pages(how.report, logs, folder)
        said = f"{len(pages)} pages, {sum(len(page.data['figures']) for page in pages.values())} figures"
        if how.browser:
            import page_look

            chosen = {name: page for name, page in pages.items() if how.only in (None, name)}
            said += page_look.check(how.browser, chosen, how.axe, how.pictures)
    print(said)


if __name__ == "__main__":
    main()

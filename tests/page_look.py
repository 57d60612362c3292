"""The part of page.py that looks at pages in a browser."""

from __future__ import annotations

import math
import pathlib
import re
import statistics
from contextlib import contextmanager
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

from playwright.sync_api import Browser, BrowserContext, sync_playwright
from playwright.sync_api import Page as Tab

if TYPE_CHECKING:
    from page import Page

WIDTHS = (360, 768, 1280)
KINDS = {"pairs", "charts", "drivers", "promises", "ranges", "heat", "dots", "bars"}

#: All texts that can be seen, as boxes: of each line of each text the box, and the figure that it is in.
BOXES = """() => {
  const boxes = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const parent = node.parentElement;
    if (!node.data.trim() || parent.closest("script, style, .skip, .unseen, title, option")) continue;
    if (!parent.checkVisibility({visibilityProperty: true})) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const scroll = parent.closest(".scroll"), stack = parent.closest(".stack span"), card = parent.closest(".card, .keys > div, header, .answers > div");
    for (const one of range.getClientRects()) {
      if (one.width < 1) continue;
      const clip = scroll || stack, edge = clip && clip.getBoundingClientRect();
      const left = edge ? Math.max(one.left, edge.left) : one.left, right = edge ? Math.min(one.right, edge.right) : one.right;
      if (right - left < 1) continue;
      const box = card && card.getBoundingClientRect(), of = parent.closest(".card");
      boxes.push({text: node.data.trim().slice(0, 60), left, right, top: one.top + scrollY, bottom: one.bottom + scrollY,
        figure: of && (of.dataset.figure || of.dataset.worklist || "card"), cut: Boolean(clip),
        inside: box ? left >= box.left - 1 && right <= box.right + 1 && one.top >= box.top - 1 && one.bottom <= box.bottom + 1 : true});
    }
  }
  return boxes;
}"""

#: Marks of figures that lie outside of their card.
STRAY = """() => [...document.querySelectorAll(".card svg *, .card .bar, .card .stack")].filter(one => one.checkVisibility()).filter(one => {
  const box = one.getBoundingClientRect(), card = one.closest(".card").getBoundingClientRect();
  return box.width + box.height > 0 && (box.left < card.left - 1 || box.right > card.right + 1 || box.top < card.top - 1 || box.bottom > card.bottom + 1);
}).map(one => one.outerHTML.slice(0, 120))"""

CELLS = """() => [...document.querySelectorAll("table[data-figure]")].map(table => [table.dataset.figure, [...table.tBodies[0].rows].map(row =>
  [[...row.querySelectorAll("th")].map(one => one.textContent), [...row.querySelectorAll("td")].map(one => [one.dataset.metric, one.dataset.value,
    one.firstChild ? one.firstChild.textContent : ""])])])"""

KEYS = """() => [...document.querySelectorAll(".keys[data-figure] > div")].map(one => [one.dataset.metric, one.querySelector("dd").textContent])"""

DOTS = """() => [...document.querySelectorAll(".card[data-figure]")].map(card => [card.dataset.figure,
  [...card.querySelectorAll("circle[data-value]")].map(one => [Number(one.dataset.value), parseFloat(one.getAttribute("cx"))])])"""


def fail(sentence: str) -> None:
    raise SystemExit(f"page.py: {sentence}")


def expect(holds: bool, sentence: str) -> None:
    if not holds:
        fail(sentence)


# ---- numbers as people read them: the same as the template's, written once more --------------------------------------


def shown(unit: str, value: float | None) -> str:
    if value is None:
        return "\u2013"
    if unit == "duration":
        return duration(value)
    if unit == "share":
        part = abs(value * 100)
        digits = 1 if 0 < part < 9.95 or 90 < part < 100 else 0
        return number(value * 100, digits) + "\u00a0%"
    if unit == "satisfaction":
        return number(value, 2)
    if unit == "points":
        return number(value, 1)
    return number(value, 0 if unit == "money" or value == int(value) else 2, ",")


def number(value: float, digits: int, comma: str = "") -> str:
    """As JavaScript rounds: halves away from zero, of what the double is exactly."""
    rounded = Decimal(value).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    return f"{rounded:{comma}}".replace("-", "\u2212")


def duration(ms: float) -> str:
    units = ((86_400_000, "d"), (3_600_000, "h"), (60_000, "min"), (1000, "s"))
    first = next((place for place, (size, _) in enumerate(units) if abs(ms) >= size), 3)
    last = first if first == 3 or abs(ms) >= 100 * units[first][0] else first + 1
    high, low = divmod(math.floor(abs(ms) / units[last][0] + 0.5), units[first][0] // units[last][0])
    return ("\u2212" if ms < 0 else "") + f"{high:,}\u00a0{units[first][1]}" + (f" {low}\u00a0{units[last][1]}" if low else "")


# ---- opening --------------------------------------------------------------------------------------------------------


@contextmanager
def opened(browser: Browser, page: Page, width: int = 1280, **how: Any) -> Iterator[Tab]:
    """A page opened from its file with the network off. Any request, message or dialog fails."""
    context: BrowserContext = browser.new_context(viewport={"width": width, "height": 800}, offline=True, **how)
    tab, said = context.new_page(), []
    address = page.path.as_uri()
    tab.on("request", lambda request: None if request.url == address else said.append(f"a request: {request.url}"))
    tab.on("console", lambda message: said.append(f"a message: {message.text}"))
    tab.on("pageerror", lambda error: said.append(f"an error: {error}"))
    tab.on("dialog", lambda dialog: said.append(f"a dialog: {dialog.message}"))
    tab.goto(address)
    yield tab
    tab.wait_for_timeout(20)
    context.close()
    expect(not said, f"{page.path.name}: {said}")


# ---- what is looked at ----------------------------------------------------------------------------------------------


def check_numbers(tab: Tab, page: Page) -> None:
    """The tables of the DOM have the names and the numbers of the JSON, and show them as people read them."""
    tables = dict(tab.evaluate(CELLS))
    for figure in page.data["figures"]:
        if figure["draw"] == "facts":
            continue
        name, units = figure["figure"], {one["name"]: one["unit"] for one in figure["columns"]}
        drawn = tab.locator(f'.card[data-figure="{name}"]')
        if drawn.count() == 0:
            expect(name == "weighs" and not any(figure["drivers"].values()), f"{page.path.name}: the figure {name} is not drawn")
            continue
        rows = tables[name]
        expect(len(rows) == len(figure["cells"]), f"{name}: {len(rows)} rows")
        for (names, values), cell in zip(rows, figure["cells"]):
            expect(names == [one or "(not stated)" for one in cell["key"].values()], f"{name}: {names} is not {cell['key']}")
            for metric, value, text in values:
                there = cell["metrics"][metric]
                expect((float(value) if value else None) == there, f"{name}: {metric} is {value}, not {there}")
                expect(text == shown(units[metric], there), f"{name}: {metric} {there} is shown as {text!r}, not {shown(units[metric], there)!r}")
    whole = page.data["figures"][0]
    for metric, text in tab.evaluate(KEYS):
        unit = next(one["unit"] for one in whole["columns"] if one["name"] == metric)
        there = shown(unit, whole["cells"][0]["metrics"][metric])
        expect(text == there, f"{metric} of all journeys is shown as {text!r}, not {there!r}")
    for figure, dots in tab.evaluate(DOTS):
        check_scale(figure, sorted(dots))


def check_scale(figure: str, dots: list[list[float]]) -> None:
    """Dots stand in the order of their values, within the scale; and equal values at one place."""
    for (value, at), (other, beside) in zip(dots, dots[1:]):
        expect(at <= beside + 1e-6 and (value != other or abs(at - beside) < 1e-6), f"{figure}: {value} stands at {at}, {other} at {beside}")
    expect(all(-1e-6 <= at <= 100 + 1e-6 for _, at in dots), f"{figure}: a dot beyond the scale: {dots}")


def check_names(tab: Tab, page: Page) -> None:
    """Nothing that a name says was done, and every name is there as it is."""
    expect(tab.title() == page.data["title"], f"the title is {tab.title()!r}")
    expect(tab.locator("img, iframe, b, object, embed").count() == 0, "a name became an element")
    texts = set(tab.evaluate("() => [...document.querySelectorAll('bdi')].map(one => one.textContent)"))
    names = {value for figure in page.data["figures"] for cell in figure["cells"] for key, value in cell["key"].items() if value and key != "period"}
    expect(names <= texts, f"names that are not there: {names - texts}")


def check_boxes(tab: Tab, page: Page, what: str) -> None:
    """No text overlaps another, none leaves its box, and nothing makes the page wider than the screen."""
    wide = tab.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth")
    expect(wide <= 0, f"{page.path.name}, {what}: {wide} pixels beyond the screen")
    boxes = tab.evaluate(BOXES)
    for box in boxes:
        expect(box["inside"] or box["cut"], f"{page.path.name}, {what}: {box['text']!r} leaves its box in {box['figure']}")
    # Lines stand closer than their boxes are high: what touches is no overlap.
    boxes.sort(key=lambda box: box["top"])
    for place, one in enumerate(boxes):
        low = one["bottom"] - 0.25 * (one["bottom"] - one["top"])
        for other in boxes[place + 1:]:
            if other["top"] + 0.25 * (other["bottom"] - other["top"]) >= low:
                if other["top"] >= one["bottom"]:
                    break
                continue
            over = min(one["right"], other["right"]) - max(one["left"], other["left"])
            expect(over < 1.5, f"{page.path.name}, {what}: {one['text']!r} and {other['text']!r} overlap in {one['figure']}")
    stray = tab.evaluate(STRAY)
    expect(not stray, f"{page.path.name}, {what}: outside of its card: {stray[:3]}")


def check_axe(tab: Tab, axe: str, page: Page, what: str) -> None:
    """axe finds nothing that is serious, and nothing of which it is not sure but colours over patterns."""
    tab.evaluate(axe)
    found = tab.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
    serious = [(one["id"], one["impact"], one["nodes"][0]["html"][:160], one["nodes"][0].get("failureSummary", "")[:300])
               for one in found["violations"] if one["impact"] in ("serious", "critical")]
    expect(not serious, f"{page.path.name}, {what}: axe: {serious}")


def check_plain(browser: Browser, page: Page, pictures: pathlib.Path | None) -> None:
    """Without script there is a table for each figure, with its names."""
    with opened(browser, page, 768, java_script_enabled=False) as tab:
        tables = tab.locator("#plain table")
        expected = len(page.data["figures"]) + len(page.data["worklists"]) + sum(1 for one in page.data["figures"] if (one.get("drivers") or {}).get("satisfaction"))
        expect(tables.count() == expected and (not page.data["figures"][0]["cells"] or tables.first.is_visible()), f"{page.path.name}: {tables.count()} plain tables, not {expected}")
        picture(tab, pictures, page, "plain")


def check_keys(tab: Tab) -> None:
    """By the keyboard alone: the first stop leads to the figures; each part opens; the view is copied."""
    tab.keyboard.press("Tab")
    expect(tab.evaluate("() => document.activeElement.className") == "skip", "the first stop does not lead to the figures")
    summary = tab.locator('.card[data-figure="segments"] summary')
    for place in range(summary.count()):
        summary.nth(place).focus()
        tab.keyboard.press("Enter")
    expect(tab.locator('.card[data-figure="segments"] .more details[open]').count() == 3, "what stands below a figure does not open")
    tab.locator('.card[data-figure="segments"] .copy button').focus()
    tab.keyboard.press("Enter")
    tab.wait_for_timeout(200)
    expect(tab.locator('.card[data-figure="segments"] .copy button').inner_text() == "Copied", "the view is not copied")
    pick = tab.locator("#heat-choice")
    before = tab.locator(".heat tbody").inner_text()
    pick.focus()
    tab.keyboard.press("ArrowDown")
    expect(tab.locator(".heat tbody").inner_text() != before, "the heat map shows the same whatever is chosen")


def check_finding(tab: Tab, name: str, page: Page) -> None:
    """The first sentence is made of the numbers, and claims nothing that intervals do not carry."""
    said = tab.locator("#finding").inner_text()
    cells = page.data["figures"][0]["cells"]
    if name == "onboarding":
        cell = cells[0]
        fall, touch = shown("share", cell["metrics"]["journey_fall"]), shown("satisfaction", cell["metrics"]["touch_satisfaction"])
        expect(said == f"Touchpoints are rated {touch} and stay so from the first to the last; the journey falls by {fall} "
                       "from its first rating to its last, most in segments mover and switcher.", f"the finding of the sample log is {said!r}")
        when = tab.locator(".answers").inner_text()
        expect("Since 2025-12" in when and "customers had to repeat themselves" in when, f"since when: {when!r}")
    elif name == "alike":
        expect(cells[0]["intervals"]["journey_drop"][0] < 0 < cells[0]["intervals"]["journey_drop"][1], "the log of ratings by chance is none")
        expect("falls" not in said and "most in" not in said, f"of ratings by chance: {said!r}")
        expect("No difference" in tab.locator(".answers").inner_text(), "of ratings by chance a difference is told")
    elif name == "waits":  # half were answered within the hour and ended, and half are not answered, the last of them for less than four hours
        expect(said == "Half of the journeys that ended took 3\xa0h and more, one in ten 3\xa0h and more; 20 are open.", f"of a log where half wait: {said!r}")
        keys = tab.locator(".keys").inner_text()
        expect("First response within four hours, of those answered" in keys and "19 wait for longer, unanswered" in keys, f"half wait: {keys!r}")
        long = tab.locator("#figure-durations").inner_text()
        expect("20 journeys that ended" in long and "20 are open" in long and "Of journeys that ended" in long, f"half are open: {long!r}")
    elif name == "steady":  # nothing changes in it, though in its first months only what is short can end
        over = tab.locator("#figure-ended").inner_text()
        expect("Duration, on average\n\nJust varies" in over, f"a steady log: {over!r}")
        values = [one["value"] for one in page.figure("ended")["control"]["duration_mean"][0]["points"][2:]]
        centre, reach = statistics.mean(values), 2.66 * statistics.mean(abs(a - b) for a, b in zip(values, values[1:]))
        mean, low, high = (shown("duration", one) for one in (centre, centre - reach, centre + reach))
        expect(f"mean {mean}, limits {low} and {high}; 0 outside" in tab.locator('#figure-ended svg[aria-label^="Duration"]').get_attribute("aria-label"),
               "the limits are not those of the months that are shown")
        expect("and so are the first 2: of journeys" in over and "2026-03" in over, f"of a steady log the first two months are shown: {over!r}")
        expect("and so is the first" not in tab.locator("#figure-moments").inner_text(), "a month of which the log lacks a day is left out")
    elif name == "empty":
        expect(said == "There is nothing in this log.", f"of an empty log: {said!r}")
    elif name == "sealed":
        expect(said.startswith("All journeys are sealed"), f"where all journeys are sealed: {said!r}")
    elif name == "partly":
        expect("are sealed are not in these numbers" in tab.locator("#shown").inner_text(), "nobody says which journeys are left out")
    elif name == "unmoved":
        expect("Not known" in tab.locator(".answers").inner_text() and "engine.advance" in tab.locator("#waits").inner_text(),
               "nobody says that the clock was not moved")
    if name in ("sealed", "partly"):
        expect("up to 2026-01-30" in tab.locator("#about").inner_text(), "the day of the first journey is told, which nobody knows")
    expect(len(said) > 10 and not re.search("NaN|undefined|null|Infinity", tab.locator("body").inner_text()), f"{name}: {said!r}")


def picture(tab: Tab, pictures: pathlib.Path | None, page: Page, what: str) -> None:
    if pictures:
        pictures.mkdir(parents=True, exist_ok=True)
        tab.screenshot(path=pictures / f"{page.path.stem}-{what}.png", full_page=True)


def check_page(browser: Browser, name: str, page: Page, axe: str | None, pictures: pathlib.Path | None) -> None:
    for width in WIDTHS:
        for scheme in ("light", "dark"):
            what = f"{width}-{scheme}"
            with opened(browser, page, width, color_scheme=scheme) as tab:
                check_boxes(tab, page, what)
                if axe and what in ("360-dark", "1280-light"):
                    check_axe(tab, axe, page, what)
                picture(tab, pictures, page, what)
                if what == "1280-light":
                    check_finding(tab, name, page)
                    tab.evaluate("() => document.querySelectorAll('details').forEach(one => { one.open = true; })")
                    tab.wait_for_function("() => [...document.querySelectorAll('.more > details:first-child')].every(one => one.querySelector('table, .copy'))")
                    check_numbers(tab, page)
                    check_names(tab, page)
                    check_boxes(tab, page, "all opened")
                    if axe:
                        check_axe(tab, axe, page, "all opened")
    with opened(browser, page, 720) as tab:
        tab.emulate_media(media="print")
        check_boxes(tab, page, "print")
        picture(tab, pictures, page, "print")
    check_plain(browser, page, pictures)


def check(chromium: str, pages: dict[str, Page], axe: pathlib.Path | None, pictures: pathlib.Path | None) -> str:
    """Looks at all pages; says what was looked at."""
    source = axe.read_text("utf-8") if axe else None
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for name, page in pages.items():
            check_page(browser, name, page, source, pictures)
        if "onboarding" in pages:
            with opened(browser, pages["onboarding"], permissions=["clipboard-read", "clipboard-write"]) as tab:
                check_keys(tab)
        version = browser.version
        browser.close()
    return f"; looked at in Chromium {version}, {', '.join(map(str, WIDTHS))} pixels wide, light, dark, printed, and without script"


def take_picture(chromium: str, path: pathlib.Path, to: pathlib.Path) -> None:
    """The picture that README.md shows: the top of the page, in so few colours that it is small."""
    from PIL import Image

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        tab = browser.new_page(viewport={"width": 1100, "height": 1130})
        tab.goto(path.as_uri())
        tab.screenshot(path=to)
        browser.close()
    Image.open(to).convert("RGB").quantize(48, dither=Image.Dither.NONE).save(to, optimize=True)
    expect(to.stat().st_size < 100_000, f"{to} has {to.stat().st_size} bytes")

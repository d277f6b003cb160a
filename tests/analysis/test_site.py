"""The report in a browser: calm at both widths and in both schemes, usable with pointer and keyboard."""

from contextlib import contextmanager

import pytest

PAGES = ("index.html", "experiments/gle-lag_line.html", "models/index.html", "models/sal-alignment-lif.html")


@contextmanager
def opened(browser, page, width=1280, **options):
    """Yield a tab that shows a page; nothing may go wrong or leave the machine."""
    tab = browser.new_page(viewport={"width": width, "height": 900}, **options)
    problems, requests = [], []
    tab.on("console", lambda message: problems.append(message.text) if message.type in ("error", "warning") else None)
    tab.on("pageerror", lambda error: problems.append(str(error)))
    tab.on("requestfailed", lambda request: problems.append(request.url))
    tab.on("request", lambda request: requests.append(request.url))
    tab.goto(page.as_uri())
    yield tab
    assert problems == []
    assert all(request.startswith(("file:", "data:")) for request in requests)
    tab.close()


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_fit_and_can_be_read(browser, site, width, scheme):
    """No broken image, no sideways scrolling, nothing small, contrast, landmarks, one heading of the first order."""
    for name in PAGES:
        with opened(browser, site.parent / name, width, color_scheme=scheme) as tab:
            tab.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
            images = tab.evaluate(
                """Promise.all([...document.images].map(async each => {
                each.loading = "eager"; await each.decode(); return [each.naturalWidth, each.alt !== null]; }))"""
            )
            assert all(wide > 0 and described for wide, described in images)
            assert tab.evaluate("document.documentElement.scrollWidth") <= width
            # Everything that is wider than the window sits in a box of its own that scrolls.
            outside = """[...document.querySelectorAll('main *')].filter(each =>
                each.getBoundingClientRect().right > innerWidth + 1 && !each.closest('.scroll, .command')).length"""
            assert tab.evaluate(outside) == 0
            sizes = tab.evaluate(
                "[...document.querySelectorAll('td, p, dd, li, a')].map(x => parseFloat(getComputedStyle(x).fontSize))"
            )
            assert min(sizes) >= 11.5
            assert tab.locator("h1").count() == 1 and tab.locator("main, nav, footer").count() == 3
            assert min(tab.evaluate(CONTRASTS)) >= 4.5


# Contrast of every text with the first ground below it that is not transparent.
CONTRASTS = """(() => {
  const channels = colour => colour.match(/[\\d.]+/g).map(Number);
  const light = colour => {
    const [r, g, b] = channels(colour).map(each => each / 255)
      .map(each => each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = each => {
    for (; each; each = each.parentElement) {
      const colour = getComputedStyle(each).backgroundColor;
      if ((channels(colour)[3] ?? 1) > 0) return colour;
    }
    return "rgb(255, 255, 255)";
  };
  const written = [...document.querySelectorAll("body *")].filter(each => !each.closest("svg, script, style, option")
    && each.checkVisibility() && [...each.childNodes].some(node => node.nodeType === 3 && node.data.trim()));
  return written.map(each => {
    const pair = [light(getComputedStyle(each).color), light(ground(each))].sort((a, b) => a - b);
    return (pair[1] + 0.05) / (pair[0] + 0.05);
  });
})()"""


def test_the_gallery_filters_and_searches(browser, site):
    with opened(browser, site) as tab:
        shown = ".tile:not([hidden]) code"

        def names():
            return set(tab.locator(shown).all_inner_texts())

        assert len(names()) == 7 and tab.inner_text("#count") == "7 of 7"
        tab.select_option("[name=paper]", "bellec2019")
        assert names() == {"eprop/sine_tutorial", "eprop/store_recall"}
        assert tab.locator(".paper:not([hidden])").count() == 1
        tab.select_option("[name=outcome]", "not run")
        assert "eprop/store_recall" in names()
        tab.get_by_role("button", name="Show all").click()
        tab.wait_for_function("document.getElementById('count').textContent === '7 of 7'")
        tab.select_option("[name=against]", "prototypes")
        assert len(names()) == 6  # the one that was never run has none
        tab.select_option("[name=outcome]", "match")
        assert names() == set()
        tab.select_option("[name=against]", "")
        assert len(names()) == 6
        tab.get_by_role("button", name="Show all").click()
        tab.select_option("[name=scale]", "quick")
        tab.select_option("[name=device]", "cpp_standalone")
        assert len(names()) == 5
        tab.get_by_role("button", name="Show all").click()
        tab.get_by_role("searchbox").fill("LAGGED student")
        assert names() == {"gle/lag_line"}
        tab.get_by_role("searchbox").press("Tab")
        tab.get_by_role("link", name="A teacher and a student").press("Enter")
        assert tab.url.endswith("experiments/gle-lag_line.html")


def test_marks_of_targets_and_their_table(browser, site):
    """One stop for Tab, arrows between marks, each says what it is, and leads to its row in the folded table."""
    with opened(browser, site.parent / "experiments" / "gle-lag_line.html") as tab:
        marks = tab.locator(".marks a")
        assert marks.count() == 5
        assert [marks.nth(k).get_attribute("tabindex") for k in range(5)] == ["0", "-1", "-1", "-1", "-1"]
        marks.first.focus()
        tab.keyboard.press("ArrowRight")
        second = tab.locator(".marks a[tabindex='0']")
        assert second.get_attribute("href") == marks.nth(1).get_attribute("href")
        assert tab.inner_text(".note") == second.get_attribute("data-note")
        assert "· observed" in tab.inner_text(".note")
        tab.keyboard.press("Escape")
        assert not tab.is_visible(".note")
        goal = second.get_attribute("href")
        tab.keyboard.press("Enter")
        assert tab.is_visible(goal) and tab.evaluate("document.activeElement.id") == goal[1:]
        marks.nth(4).hover()
        assert tab.is_visible(".note")


def test_symbols_say_what_they_are(browser, site):
    """By pointer at the formula, by keyboard at the row; the same symbol is marked everywhere."""
    with opened(browser, site.parent / "experiments" / "gle-lag_line.html") as tab:
        tab.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        tab.locator("math [data-name='neurons.tau']").first.hover()
        assert tab.inner_text(".note").startswith("tau of neurons · time constant · value 20 ms · source: table 1")
        assert tab.locator("tr.lit").count() >= 1
        row = tab.locator("tr[data-name='neurons.tau']").first
        tab.mouse.move(1, 1)
        assert not tab.is_visible(".note") and tab.locator(".lit").count() == 0
        row.focus()
        assert tab.is_visible(".note") and tab.locator("math .lit").count() >= 60


def test_a_figure_grows(browser, site):
    """In a dialog that the keyboard opens, enlarges and closes; the focus comes back."""
    with opened(browser, site.parent / "experiments" / "gle-lag_line.html") as tab:
        tab.locator("a.zoom").first.press("Enter")
        image = tab.locator("dialog img")
        image.wait_for()
        before = image.bounding_box()["width"]
        tab.keyboard.press("+")
        assert image.bounding_box()["width"] == pytest.approx(1.5 * before, rel=0.05)
        tab.keyboard.press("Escape")
        tab.locator("dialog").wait_for(state="detached")
        assert tab.evaluate("document.activeElement.className") == "zoom"
        assert tab.evaluate("document.documentElement.scrollHeight") < 5000


def test_pages_need_no_script(browser, site):
    """Without it the gallery is whole, and links and tables are there."""
    with opened(browser, site, java_script_enabled=False) as tab:
        assert tab.locator(".tile").count() == 7 and not tab.is_visible("#filters")
        tab.get_by_role("link", name="A teacher and a student").click()
        assert tab.locator(".marks a").count() == 5
        tab.locator("summary", has_text="targets as a table").click()
        assert tab.locator("table.targets tr").first.is_visible()

"""The report: complete, offline, calm at both widths, and never broken by what is missing."""

import json
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure

from analysis.report import main
from analysis.texts import (
    number,
    numbers,
    read_config,
    read_json,
    references,
    resolved,
    seconds,
    settings,
    where,
)
from base.catalogue import names

BIBLIOGRAPHY = Path(__file__).parents[2] / "references.bib"
X = '<math xmlns="http://www.w3.org/1998/Math/MathML" display="inline"><mrow>{}</mrow></math>'
LONG = X.format("<mi>y</mi><mo>=</mo>" + "<mfrac><mi>a</mi><msub><mi>τ</mi><mi>m</mi></msub></mfrac><mo>+</mo>" * 60)
NOTICE = "The authors announce patent protection for the procedures of this paper."
EXPERIMENTS = {
    "sal/phase_plane": ("gierlich2025", "Weight symmetrisation of two neurons"),
    "sal/sampling_noise": ("gierlich2025", "Alignment of a sampling network under noise"),
    "eprop/sine_tutorial": ("bellec2019", "Pattern generation with e-prop"),
    "eprop/store_recall": ("bellec2019", "Store and recall"),
    "gle/lag_line": ("ellenberger2024", "A teacher and a student chain with lagged neurons & prospective errors"),
    "gupta/iris": ("gupta2020", "IRIS class pairs with two hidden layers"),
    "other/unpublished": ("nobody2031", "An experiment of a paper that is not in the bibliography"),
}
OUTCOMES = ("match", "match", "close", "differs", "not run")
FULL = "Two of three seeds; the third costs 3 h."
WHOSE = ("authors", "printed", "claim", "prototype", "prediction")


def write_json(path, content):
    """Write one JSON file and its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content), encoding="utf-8")


def entry(k, outcome):
    """Make one scored target."""
    kind = ("exact", "level", "trend", "distribution", "level")[k]
    observed = [[101.96, 98.2, 97.1, 94.5, 93.2, 92.1], [1.03e-5], [0.012], [0.1, 0.2, 0.4, 0.3], []][k]
    made = {
        "name": f"target_number_{k}",
        "claim": f"Claim {k}: the loss falls & both weights meet at their mean value.",
    }
    made |= {"kind": kind, "outcome": outcome, "observed": observed, "reported": observed or 1.0, "tolerance": "± 5 %"}
    made |= {"source": "Fig. 2d, read from the plot; spec of the authors' code, eight repetitions", "origin": WHOSE[k]}
    if kind == "trend":
        made |= {"reported": None, "other": [1.3], "tolerance": "< other / 10"}
    if outcome == "not run":
        made["note"] = "needs scale paper"
    return made


def parameter(section, name, default, unit, meaning, base):
    """Make one row of a parameter table."""
    row = {"key": f"{section}.{name}", "name": name, "symbol": X.format(f"<mi>{name[0]}</mi>"), "default": default}
    return {**row, "unit": unit, "meaning": meaning, "source": "table 1 of the supplement", "base": base}


def description():
    """Make a document with long and short lines."""
    equations = [
        {"name": "y", "kind": "differential equation", "math": LONG, "unit": "1", "flags": ["unless refractory"]},
        {"name": "w", "kind": "variable", "math": X.format("<mi>w</mi>"), "unit": "volt", "flags": []},
        {"name": "q", "kind": "subexpression", "math": "<code>q = a &lt; b &lt; c</code>", "unit": "1", "flags": []},
    ]
    equations.append({**equations[1], "name": "u", "flags": ["linked"]})
    equations = [{**row, "meaning": "what it means, in one line that is not short"} for row in equations]
    lines = [{"math": X.format("<mi>v</mi><mo>←</mo><mn>0</mn>"), "meaning": ""}, {"math": "", "meaning": "a remark"}]
    item = {"object": "neurons", "model": "lif", "text": "A leaky neuron.", "source": "bellec2020, eq. 1"}
    item |= {"equations": equations, "steps": [{"name": "reset", "when": "at a spike", "lines": lines}]}
    rows = [
        parameter("synapses", "eta", "0.1", "", "learning rate", 0.1),
        parameter("neurons", "tau", "20", "ms", "time constant", 0.02),
    ]
    item |= {"parameters": rows, "deviations": ["The reset subtracts <the threshold>."]}
    return {
        "objects": [item, {**item, "object": "more"}],
        "structure": [parameter("network", "dt", "1", "ms", "time step", 1e-3)],
        "inputs": [],
    }


PROVENANCE = {
    "commit": "0123456789abcdef0123456789abcdef01234567",
    "dirty": True,
    "scale": "quick",
    "command": "snakemake --profile profiles/default quick --config sweep=a_sweep_with_a_long_name.yaml scale=quick",
    "created": "2026-11-22T00:10:00+00:00",
    "versions": {"python": "3.11.9", "brian2": "2.9.0", "numpy": "2.3.5"},
    "compiler": "g++ (Debian 12.2.0-14) 12.2.0",
    "flags": "-O3 -ffast-math-is-not-used -fno-finite-math-only -std=c++17",
    "cpu": "A processor with a very long name @ 2.00GHz",
    "parameters": {"network.dt": 0.0004, "synapses.eta": [0.1, 0.2]},
    "units": {"network.dt": ["ms", 1e-3]},
    "build": {"keys": ["0123456789abcdef"], "cpu_s": 21.4, "wall_s": 22.0},
    "runs": {"n": 48, "cpu_s": 131.0, "wall_s": 70.2},
    "checksum": "ab" * 32,
}


def plot(seed):
    """Make a small figure that looks like one."""
    rng = np.random.default_rng(seed)
    figure = Figure(figsize=(7, 2.6 + seed % 3), layout="constrained")
    for ax in figure.subplots(1, 2 + seed % 2):
        for _ in range(4):
            ax.plot(np.cumsum(rng.normal(size=80)))
        ax.set(xlabel="time (s)", ylabel="weight")
    return figure


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """Make experiments and results: most complete, some with pieces missing, one never run."""
    root = tmp_path_factory.mktemp("tree")
    for k, (name, (key, title)) in enumerate(EXPERIMENTS.items()):
        folder, place = root / "experiments" / name, root / "results" / "quick" / name
        folder.mkdir(parents=True)
        config = {
            "title": title,
            "paper": {"key": key, "figure": "2d, 2e", "version": "arXiv v3"},
            "full": FULL,
            "text": "Two reciprocally connected stochastic neurons. " * 3,
            "network": {"dt": "0.4 ms"},
            "synapses": {"eta": 0.12},
            "sweep": {"synapses.eta": [0.1, 0.2]},
            "scales": {"quick": {"seeds": 2}},
        }
        if name.startswith("gle"):
            config["notice"] = NOTICE
        (folder / "config.yaml").write_text(json.dumps(config), encoding="utf-8")
        if name == "eprop/store_recall":
            continue
        place.mkdir(parents=True)
        if name != "other/unpublished":
            plot(k).savefig(place / "figure.png", dpi=110)
            (root / "results" / "documents" / name).parent.mkdir(parents=True, exist_ok=True)
            write_json(root / "results" / "documents" / f"{name}.json", description())
            write_json(place / "provenance.json", PROVENANCE)
        if name not in ("other/unpublished", "gupta/iris"):
            plot(k).savefig(place / "figure.svg")
        entries = [entry(j, outcome) for j, outcome in enumerate(OUTCOMES[k % 2 :])]
        write_json(place / "score.json", {"scale": "quick", "summary": {}, "targets": entries})
    (root / "experiments" / "gupta" / "iris" / "README.md").write_text("# Differences\n\n- everything\n")
    (root / "experiments" / "_template" / "copy_me").mkdir(parents=True)
    (root / "experiments" / "_template" / "copy_me" / "config.yaml").write_text("title: template\n")
    return root


def build(root, out, scale="quick"):
    """Run the command."""
    folders = ["--results", str(root / "results"), "--experiments", str(root / "experiments")]
    main(["--scale", scale, *folders, "--references", str(BIBLIOGRAPHY), "--out", str(out)])
    return out / "index.html"


@pytest.fixture(scope="module")
def page(tree):
    """Write the report once."""
    return build(tree, tree / "results" / "quick" / "report")


class Links(HTMLParser):
    """Collect what a page loads and links to."""

    def __init__(self):
        super().__init__()
        self.found, self.anchors, self.tags = [], set(), set()

    def handle_starttag(self, tag, attributes):
        """Note one tag."""
        self.tags.add(tag)
        self.found += [value for name, value in attributes if name in ("href", "src", "srcset")]
        self.anchors |= {value for name, value in attributes if name == "id"}


def test_page_is_self_contained(page):
    """Every link is relative and leads somewhere; there is no script."""
    links = Links()
    links.feed(page.read_text(encoding="utf-8"))
    assert "script" not in links.tags
    for target in links.found:
        if target.startswith("#"):
            assert target[1:] in links.anchors
        elif target != "data:,":
            assert not re.match(r"\w+:|/", target)
            assert (page.parent / target).is_file()
    assert len([target for target in links.found if target.endswith(".svg")]) == 2 * 4


def test_page_tells_everything(page, tree):
    """Score, sources, costs, commands, notice, deviations and missing pieces are on the page."""
    shown = page.read_text(encoding="utf-8")
    for piece in (
        "<b>10 of 18</b><span>match, at scale <strong>quick</strong>: papers, authors&#39; programs and theory",
        "<dt>regression against our own prototypes</dt><dd>0 of 4 match</dd>",
        '<span class="whose published">printed in the paper</span>',
        '<span class="whose prototypes">our own prototype</span>',
        FULL,
        "Gierlich et al. (2025)",
        "nobody2031",
        "not run at scale quick",
        NOTICE,
        "Deviates from the paper",
        "The reset subtracts &lt;the threshold&gt;.",
        "read from the plot",
        "1.03 × 10⁻⁵",
        "101.96, 98.2, 97.1, … 92.1 (6 values)",
        "0.25 ± 0.13 (n = 4)",
        "(other: 1.3)",
        "needs scale paper",
        "0.4 ms",
        "0.1, 0.2",
        "10 min 55 s",
        "snakemake --profile profiles/default eprop/store_recall",
        "a_sweep_with_a_long_name.yaml",
        "g++ (Debian 12.2.0-14) 12.2.0",
        "with uncommitted changes",
        "State variables",
        "Read from other objects",
        "Same model as <strong>neurons</strong>",
        "Bellec et al. (2020), eq. 1",
        "- everything",
    ):
        assert piece in shown, piece
    assert '<td class="changed">0.4 ms</td>' in shown
    assert "copy_me" not in shown
    assert str(tree) not in shown


def test_report_is_a_function_of_the_files(tree, page, tmp_path):
    """The same files give the same page; figures of experiments that are gone do not stay."""
    again = build(tree, tmp_path / "report")
    assert again.read_bytes() == page.read_bytes()
    (again.parent / "figures" / "gone.svg").touch()
    build(tree, tmp_path / "report")
    assert not (again.parent / "figures" / "gone.svg").exists()


def test_nothing_run_and_nothing_there(tree, tmp_path):
    """A scale without results, an empty folder and broken files still give a page; a wrong folder gives one line."""
    assert build(tree, tmp_path / "paper", "paper").read_text().count("not run at scale paper") == len(EXPERIMENTS)
    (tmp_path / "experiments").mkdir()
    assert "no experiment yet" in build(tmp_path, tmp_path / "empty").read_text()
    (tmp_path / "experiments" / "a" / "b").mkdir(parents=True)
    (tmp_path / "experiments" / "a" / "b" / "config.yaml").write_text("a: [1,\nb: {")
    (tmp_path / "results" / "quick" / "a" / "b").mkdir(parents=True)
    (tmp_path / "results" / "quick" / "a" / "b" / "score.json").write_text('{"targets": [')
    names.cache_clear()
    assert "a/b" in build(tmp_path, tmp_path / "broken").read_text()
    with pytest.raises(SystemExit, match="no such folder of experiments"):
        build(tmp_path / "nowhere", tmp_path / "none")


def test_bibliography():
    """The papers of the suite are in the file, with short citations."""
    found = references(BIBLIOGRAPHY)
    assert {"gierlich2025", "bellec2019", "bellec2020", "ellenberger2024", "gupta2020"} <= set(found)
    assert {"stimberg2019", "molder2021"} <= set(found)
    assert found["gupta2020"]["cite"] == "Gupta (2020)"
    assert found["gupta2020"]["title"].endswith("for ANNs")
    assert found["bellec2020"]["where"] == "Nature Communications 11, 3625, doi:10.1038/s41467-020-17236-y"
    assert references(Path("none.bib")) == {}


def test_values_as_written_and_as_simulated():
    """The config gives texts; the provenance gives numbers in base units, shown in the unit of the config."""
    config = {
        "title": "x",
        "network": {"dt": "1 ms", "n": 3},
        "synapses": {"eta": 0.1, "on": True},
        "sweep": [{"synapses.eta": [0.1, 1.0e-5]}, {"network.n": [4]}],
        "scales": {"quick": {"seeds": 2, "network.dt": "2 ms", "run": {"duration": "3 s"}}},
    }
    assert settings(config, "quick") == {
        "network.dt": "2 ms",
        "run.duration": "3 s",
        "network.n": "4",
        "synapses.eta": "0.1, 1e-05",
        "synapses.on": "true",
    }
    made = {"parameters": {"a.tau": [0.02, 0.03], "a.n": 3, "a.v": 0.1}, "units": {"a.tau": ["ms", 1e-3], "a.v": "mV"}}
    assert resolved(made) == {"a.tau": "20, 30 ms", "a.n": "3"}


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.123456, "0.1235"), (-1.5e-7, "−1.5 × 10⁻⁷"), (1234567.0, "1.235 × 10⁶"), (None, "NaN"), (3, "3")],
)
def test_numbers(value, shown):
    """Four digits, real minus signs, powers of ten."""
    assert number(value) == shown


@pytest.mark.parametrize(
    ("paper", "shown"),
    [
        ({"figure": "2d"}, "figure 2d"),
        ({"figure": ["S7", "S8"]}, "figure S7, S8"),
        ({"figure": "none"}, "none"),
        (3, ""),
    ],
)
def test_places(paper, shown):
    """A number gets the word figure, anything else speaks for itself."""
    assert where(paper) == shown


def test_lists_of_numbers():
    """Short lists are written out, long ones outlined, samples summarised."""
    assert numbers([1, 2]) == "1, 2"
    assert numbers(list(range(9))) == "0, 1, 2, … 8 (9 values)"
    assert numbers([1.0, 3.0], "distribution") == "2 ± 1.4 (n = 2)"
    assert numbers(None) == ""


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.345, "0.34 s"), (12.3, "12 s"), (119.9, "2 min 0 s"), (3000, "50 min 0 s"), (9000, "2.5 h"), (None, "–")],
)
def test_durations(value, shown):
    """Durations are readable from milliseconds to days."""
    assert seconds(value) == shown


def test_files_that_are_not_what_they_should_be(tmp_path):
    """A list where a mapping belongs is as good as nothing."""
    (tmp_path / "list").write_text("[1]")
    assert read_json(tmp_path / "list") == {}
    assert read_config(tmp_path / "list") == {}
    assert names(tmp_path) == ()


@pytest.fixture(scope="module")
def browser():
    """Start headless Chromium, as it is installed on the machine."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("no Chromium on the PATH")
    api = pytest.importorskip("playwright.sync_api")
    with api.sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=program, args=["--no-sandbox", "--disable-background-networking", "--disable-gpu"]
        )
        yield running
        running.close()


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_page_in_a_browser(browser, page, width, scheme):
    """No broken image, no error, no request to the network, no sideways scrolling, readable text."""
    tab = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    problems, requests = [], []
    tab.on("console", lambda message: problems.append(message.text) if message.type in ("error", "warning") else None)
    tab.on("pageerror", lambda error: problems.append(str(error)))
    tab.on("requestfailed", lambda request: problems.append(request.url))
    tab.on("request", lambda request: requests.append(request.url))
    tab.goto(page.as_uri())
    tab.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    images = tab.evaluate("[...document.images].map(each => [each.complete, each.naturalWidth, each.alt])")
    assert len(images) == 2 * 5
    assert all(complete and wide > 0 and alt for complete, wide, alt in images)
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    # Everything that is wider than the window sits in a box of its own that scrolls.
    outside = """[...document.querySelectorAll('main *')].filter(each =>
        each.getBoundingClientRect().right > innerWidth + 1 && !each.closest('.scroll, .command')).length"""
    assert tab.evaluate(outside) == 0
    sizes = tab.evaluate(
        "[...document.querySelectorAll('td, p, dd, figcaption')].map(x => getComputedStyle(x).fontSize)"
    )
    assert min(float(size[:-2]) for size in sizes) >= 12
    assert problems == []
    assert all(request.startswith(("file:", "data:")) for request in requests)
    tab.close()

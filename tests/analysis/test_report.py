"""The report: complete, offline, and never broken by what is missing."""

import json
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure
from ruamel.yaml import YAML

from analysis.gathered import commands
from analysis.report import main
from base.catalogue import names

BIBLIOGRAPHY = Path(__file__).parents[2] / "references.bib"
X = '<math xmlns="http://www.w3.org/1998/Math/MathML" display="inline"><mrow>{}</mrow></math>'
TAU = '<mstyle data-name="tau"><msub><mi>τ</mi><mi>m</mi></msub></mstyle>'
LONG = X.format("<mi>y</mi><mo>=</mo>" + f"<mfrac><mi>a</mi>{TAU}</mfrac><mo>+</mo>" * 60)
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
    item["file"] = "models/sal/alignment.py"
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


README = """# Differences

- everything, see [the line](../../gle/lag_line), [this](config.yaml) and [nowhere](../../../../etc)

## Why

<b>Nobody</b> knows.
"""
WIRING = {
    "groups": [{"name": "neurons", "kind": "NeuronGroup", "size": 40}, {"name": "more", "kind": "Group", "size": 2}],
    "synapses": [
        {"name": name, "kind": "Synapses", "copies": 1, "source": source, "target": target, "plastic": plastic}
        for name, source, target, plastic in [
            ("forward", "neurons", "more", ["w"]),
            ("feedback", "more", "neurons", []),
            ("recurrent", "neurons", "neurons", ["w"]),
        ]
    ],
    "links": [{"source": "more", "target": "neurons", "variables": ["x"]}],
}
PROVENANCE = {
    "commit": "0123456789abcdef0123456789abcdef01234567",
    "dirty": True,
    "scale": "quick",
    "device": "cpp_standalone",
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


def make_tree(root):
    """Make experiments and results: most complete, some with pieces missing, one never run."""
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
            write_json(root / "results" / "generated" / name / "networks" / "0123456789abcdef.json", WIRING)
        if name not in ("other/unpublished", "gupta/iris"):
            plot(k).savefig(place / "figure.svg")
        entries = [entry(j, outcome) for j, outcome in enumerate(OUTCOMES[k % 2 :])]
        write_json(place / "score.json", {"scale": "quick", "summary": {}, "targets": entries})
    (root / "experiments" / "gupta" / "iris" / "README.md").write_text(README)
    (root / "models" / "sal").mkdir(parents=True)
    (root / "models" / "sal" / "alignment.py").touch()
    (root / "experiments" / "_template" / "copy_me").mkdir(parents=True)
    (root / "experiments" / "_template" / "copy_me" / "config.yaml").write_text("title: template\n")
    return root


@pytest.fixture(scope="module")
def tree(site):
    """Return the folder of everything."""
    return site.parents[3]


def build(root, out, scale="quick"):
    """Run the command."""
    folders = ["--results", str(root / "results"), "--experiments", str(root / "experiments")]
    main(["--scale", scale, *folders, "--references", str(BIBLIOGRAPHY), "--out", str(out)])
    return out / "index.html"


class Links(HTMLParser):
    """Collect what a page loads and links to."""

    def __init__(self, page):
        super().__init__()
        self.found, self.anchors, self.scripts = [], [], []
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        """Note one tag."""
        given = dict(attributes)
        self.found += [value for name, value in attributes if name in ("href", "src", "srcset")]
        self.anchors += [given["id"]] if "id" in given else []
        self.scripts += [given.get("src")] if tag == "script" else []


def test_every_page_is_small_and_every_link_leads_somewhere(site):
    """Links are relative; the only script is that of the site; no name is given twice."""
    pages = sorted(site.parent.rglob("*.html"))
    assert len(pages) == 1 + len(EXPERIMENTS) + 1 + 1
    links = {page.resolve(): Links(page) for page in pages}
    for page, found in links.items():
        assert page.stat().st_size < 2_000_000
        assert [Path(script).name for script in found.scripts] == ["site.js"]
        assert len(found.anchors) == len(set(found.anchors))
        for target in found.found:
            if target == "data:,":
                continue
            assert not re.match(r"\w+:|/", target), target
            path, _, anchor = target.partition("#")
            file = (page.parent / path).resolve() if path else page
            assert file.exists(), (page, target)
            assert not anchor or anchor in links[file].anchors, (page, target)
    assert len(list((site.parent / "figures").glob("*.svg"))) == 4


def test_the_gallery_counts_apart(site, tree):
    """Papers, authors' programs and theory make the score; prototypes and predictions stand beside it."""
    shown = site.read_text(encoding="utf-8")
    for piece in (
        "<b>10 of 18</b><span>match, at scale <strong>quick</strong>: papers, authors&#39; programs and theory",
        "<dt>regression against our own prototypes</dt><dd>0 of 4 match</dd>",
        "Gierlich et al. (2025)",
        "nobody2031",
        "not run at scale quick",
        "10 min 55 s",
        'data-outcome="published:match|published:close|published:differs|',
    ):
        assert piece in shown, piece
    assert "copy_me" not in shown


def test_a_page_tells_everything_of_its_experiment(site, tree):
    """Differences, targets, network, equations, cost, commands, notice and missing pieces are on the pages."""
    text = {page.stem: page.read_text(encoding="utf-8") for page in (site.parent / "experiments").iterdir()}
    assert all(str(tree) not in shown for shown in text.values())
    for piece in (
        '<span class="whose published">printed in the paper</span>',
        '<span class="whose prototypes">our own prototype</span>',
        FULL,
        NOTICE,
        "Deviates from the paper",
        "The reset subtracts &lt;the threshold&gt;.",
        "read from the plot",
        "1.03 × 10⁻⁵",
        "101.96, 98.2, 97.1, … 92.1 (6 values)",
        "(other: 1.3)",
        "needs scale paper",
        "0.1, 0.2",
        "a_sweep_with_a_long_name.yaml",
        "g++ (Debian 12.2.0-14) 12.2.0",
        "with uncommitted changes",
        "State variables",
        "Read from other objects",
        "Same model as <strong>neurons</strong>",
        "Bellec et al. (2020), eq. 1",
        '<td class="changed">0.4 ms</td>',
        'data-name="neurons.tau" data-note="tau of neurons · time constant · value 20 ms · source: table 1',
        '<a href="../../../../models/sal/alignment.py">models/sal/alignment.py</a>',
        '<a href="../models/sal-alignment-lif.html">',
        "changes w</title>",
        "python -m pdb -m runner.point gle/lag_line --scale quick --point 0 --device numpy",
    ):
        assert piece in text["gle-lag_line"], piece
    assert "0.25 ± 0.13 (n = 4)" in text["gupta-iris"]
    assert "snakemake --profile profiles/default eprop/store_recall" in text["eprop-store_recall"]
    assert "<li>everything, see" in text["gupta-iris"] and "<h3>Why</h3>" in text["gupta-iris"]
    assert '<a href="../experiments/gle-lag_line.html">the line</a>' in text["gupta-iris"]
    assert "<a>nowhere</a>" in text["gupta-iris"] and "&lt;b&gt;" in text["gupta-iris"]


def test_a_model_has_one_page(site):
    """With its users, its deviations and defaults."""
    (page,) = (page for page in (site.parent / "models").iterdir() if page.name != "index.html")
    shown = page.read_text(encoding="utf-8")
    assert shown.count("as neurons, more</span>") == len(EXPERIMENTS) - 2
    assert "The reset subtracts &lt;the threshold&gt;." in shown and "value used" not in shown
    assert "sal-alignment-lif.html" in (page.parent / "index.html").read_text(encoding="utf-8")


def contents(folder):
    """Return all files of a folder."""
    return {file.relative_to(folder): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_report_is_a_function_of_the_files(tree, site):
    """The same files give the same site; pages of experiments that are gone do not stay."""
    before = contents(site.parent)
    (site.parent / "experiments" / "gone.html").touch()
    assert contents(build(tree, site.parent).parent) == before


def test_other_scales_are_linked(tree, tmp_path):
    """Where their reports are beside this one."""
    shutil.copytree(tree, tmp_path / "tree", ignore=shutil.ignore_patterns("report"))
    build(tmp_path / "tree", tmp_path / "tree" / "results" / "smoke" / "report", "smoke")
    page = build(tmp_path / "tree", tmp_path / "tree" / "results" / "quick" / "report")
    assert '<a href="../../smoke/report/index.html">scale smoke</a>' in page.read_text(encoding="utf-8")


def test_nothing_run_and_nothing_there(tree, tmp_path):
    """A scale without results, an empty folder and broken files still give a site; a wrong folder gives one line."""
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
    with pytest.raises(SystemExit, match="holds other files, and would be replaced; name a new folder"):
        build(tmp_path, tmp_path / "experiments")


def test_a_sweep_to_try():
    """The first number of a neuron or synapse, and half of it, in the unit of the config; rather a learning rate."""
    made = {"parameters": {"network.dt": 1e-3, "a.on": True, "a.n": 3, "b.tau": 0.02}, "units": {"b.tau": ["ms", 1e-3]}}
    assert "sweep: {b.tau: [20 ms, 10 ms]}" in dict(commands("sal/lif", "quick", made))["Sweep"]
    made["parameters"]["c.eta_w"] = 0.1
    found = dict(commands("sal/lif", "quick", made))
    file = found["Sweep"].split("<<END\n")[1].split("\nEND")[0]
    assert YAML(typ="safe").load(file) == {
        "experiment": "sal/lif",
        "scale": "quick",
        "sweep": {"c.eta_w": [0.1, 0.05]},
    }
    assert "Sweep" not in dict(commands("sal/lif", "quick", {}))
    # Copies of neurons exist in the compiled program only.
    assert len(commands("sal/lif", "quick", {}, copies=True)) == len(commands("sal/lif", "quick", {})) - 1

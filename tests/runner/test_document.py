"""Documents: equations become mathematics in the order they are written, and nothing makes the renderer fail."""

import json
import re
from dataclasses import dataclass
from types import SimpleNamespace
from xml.etree import ElementTree

import pytest
from brian2 import Quantity, ms

from models.base import Model, Step, param
from runner.document import comments, document, file_of, main
from runner.experiment import load
from runner.latex import Latex, automatic_symbol, formula
from runner.variants import model_of


@dataclass(frozen=True)
class NeuronParams:
    """Parameters of the test neuron."""

    tau_m: Quantity = param(20 * ms, "membrane time constant", r"\tau_\mathrm{m}", "table 1")
    v_th: float = param(0.6, "threshold")
    n_steps: int = param(25, "steps of a trial")
    plastic: bool = param(True, "whether the weights change")


@dataclass(frozen=True)
class SynapseParams:
    """Parameters of the test synapse."""

    eta: float = param(1e-3, "learning rate", r"\eta")


NEURON = Model(
    name="lif",
    text="A neuron.",
    source="bellec2020, eq. 1",
    equations="""
    # how it leaks
    dv/dt = (I - v) / tau_m
            + 0*I/tau_m : 1 (unless refractory)             # membrane voltage
    psi = 1 / v_th * clip(1 - abs(v - v_th) / v_th, 0, 1) : 1   # pseudo-derivative
    I : 1
    active : boolean                                        # whether it takes part
    awake = I == 0 : boolean
    """,
    params=NeuronParams,
    code={"threshold": "v > v_th and not_refractory", "reset": "v -= v_th", "refractory": "2*ms", "method": "exact"},
    steps=(
        Step("trial", "I = rand() * int(active)  # new input\nv *= 1 - I; v = 0", "start", 2, every="trial"),
        Step("odd", "this is not a statement", "end", 0),
    ),
    symbols={"psi": r"\psi"},
    deviations=("The reset subtracts.",),
)
SYNAPSE = Model(
    name="rule",
    text="A synapse.",
    source="bellec2020, eq. 2",
    equations="""
    w : 1 (shared)
    elig = psi_post * w : 1 (constant over dt)
    """,
    params=SynapseParams,
    code={"on_pre": {"signal": "I_post += w", "learning": "w = clip(w - eta*tau_m_post/ms, -1, 1)"}, "method": "euler"},
)


@pytest.fixture(scope="module")
def described():
    """Describe both models."""
    return document({"neurons": NEURON, "synapses": SYNAPSE}, structure=SynapseParams)


@pytest.mark.parametrize(
    ("name", "symbol"),
    [
        ("tau_m", r"\tau_{m}"),
        ("psi", r"\psi"),
        ("z_bar", r"\bar{z}"),
        ("z_bar_in", r"\bar{z}_{\text{in}}"),
        ("w_12", "w_{12}"),
        ("tau1", r"\tau_{1}"),
        ("E_L", "E_{L}"),
        ("learning_signal", r"\text{learning signal}"),
        ("_x", "x"),
    ],
)
def test_automatic_symbols(name, symbol):
    """Names become the symbols one would write by hand."""
    assert automatic_symbol(name) == symbol


@pytest.mark.parametrize(
    ("code", "latex"),
    [
        ("eta * (y - x)", r"\eta \, \left( y - x \right)"),
        ("-v / tau_m", r"-\frac{v}{\tau_{m}}"),
        ("-v / tau_m + x", r"-\frac{v}{\tau_{m}} + x"),
        ("a - (b - c)", r"a - \left( b - c \right)"),
        ("a - b - c", "a - b - c"),
        ("a * (-b)", r"a \, \left( -b \right)"),
        ("-(a + b)", r"-\left( a + b \right)"),
        ("(a + b)**2", r"\left( a + b \right)^{2}"),
        ("1.0e-6 * x * 2", r"10^{-6} \, x \cdot 2"),
        ("int(x > 0) * int(x)", r"\left[ x > 0 \right] \, \operatorname{int}\left( x \right)"),
        ("int(on_post)", r"\left[ \text{on}^{\text{post}} \right]"),
        ("not (a > 1 or b)", r"\neg \left( a > 1\text{ or }b \right)"),
        ("(a or b) and c", r"\left( a\text{ or }b \right)\text{ and }c"),
        ("timestep(t, dt) % n == 0", r"\left\lfloor t / \Delta t \right\rfloor \bmod n = 0"),
        ("exp(-dt / tau_m)", r"\exp\left( -\frac{\Delta t}{\tau_{m}} \right)"),
        ("exp(-u)**2", r"\left( e^{-u} \right)^{2}"),
        ("rand() < p", r"\mathcal{U}(0, 1) < p"),
        ("target(t, i)", r"\operatorname{target}\left( t, i \right)"),
        ("20 * ms", r"20 \, \text{ms}"),
        ("x // 3", r"\left\lfloor x / 3 \right\rfloor"),
        ("(x + 1) // n", r"\left\lfloor \left( x + 1 \right) / n \right\rfloor"),
        ("a and b or c", r"\left( a\text{ and }b \right)\text{ or }c"),
    ],
)
def test_expressions_keep_their_order(code, latex):
    """Terms stay where the author put them, with parentheses only where they are needed."""
    assert Latex({}, boolean={"on"}).render_expr(code) == latex


def test_suffix_reads_the_symbol_of_the_other_model():
    """A `_post` variable has the symbol its own model declares, with a superscript."""
    latex = Latex({"w": "W"}, {"psi": r"\psi'", "u": "u^*", "z": r"\bar{z}^{t-1}", "r": r"r^\mathrm{in}_1"})
    assert latex.symbol("z_pre") == r"\bar{z}^{t-1, \text{pre}}"
    assert latex.symbol("r_pre") == r"{r^\mathrm{in}_1}^{\text{pre}}"
    assert latex.symbol("psi_post") == r"\psi'^{\text{post}}"
    assert latex.symbol("u_pre") == r"u^{*, \text{pre}}"
    assert latex.symbol("w_post") == r"W^{\text{post}}"
    assert latex.statement("w *= a + b") == r"W \leftarrow W \, \left( a + b \right)"


@pytest.mark.parametrize("text", ["x = [1", "a if b else c", "x < y < z", "lambda: 0", "x <- 'é' & y", ""])
def test_unparsable_line_is_shown_as_code(text):
    """A line that cannot be parsed is shown, escaped, instead of failing."""
    shown = formula(Latex({}).statement, text)
    assert shown.startswith("<code>")
    assert "<-" not in shown


def test_comments_follow_their_equation():
    """Comments of continued lines and of lines of their own belong to an equation."""
    found = comments(NEURON.equations)
    assert found["v"] == "how it leaks membrane voltage"
    assert found["psi"] == "pseudo-derivative"
    assert found["I"] == ""


def test_every_part_is_rendered(described):
    """Equations, steps, parameters and deviations are there, in order, with units and flags."""
    neuron, synapse = described["objects"]
    assert [row["name"] for row in neuron["equations"]] == ["v", "psi", "I", "active", "awake"]
    assert [row["unit"] for row in neuron["equations"]] == ["1", "1", "1", "boolean", "boolean"]
    assert neuron["equations"][0]["flags"] == ["unless refractory"]
    assert neuron["equations"][0]["meaning"] == "how it leaks membrane voltage"
    assert [block["name"] for block in neuron["steps"]] == [*NEURON.code, "trial", "odd"]
    assert neuron["steps"][4]["when"] == "every trial, slot start, order 2"
    assert [line["meaning"] for line in neuron["steps"][4]["lines"]] == ["new input", "", ""]
    assert neuron["steps"][5]["lines"][0]["math"] == "<code>this is not a statement</code>"
    assert [block["name"] for block in synapse["steps"]] == ["on_pre: signal", "on_pre: learning", "method"]
    assert neuron["deviations"] == ["The reset subtracts."]
    assert described["structure"][0]["key"] == "network.eta"
    assert described["inputs"] == []


def test_symbols_know_their_variables(described):
    """Also on the left side, below a fraction, in a statement, and of the other side of a synapse."""
    neuron, synapse = described["objects"]
    found = re.findall(r'data-name="(\w+)"', neuron["equations"][0]["math"])
    assert found == ["v", "I", "v", "tau_m", "I", "tau_m"]
    learning = next(block for block in synapse["steps"] if block["name"] == "on_pre: learning")
    assert 'data-name="tau_m_post"' in learning["lines"][0]["math"]
    assert "mathcolor" not in json.dumps(described)


def test_a_model_says_in_which_file_it_stands():
    import importlib

    alignment = importlib.import_module("models.sal.alignment")
    assert file_of(alignment.neuron) == "models/sal/alignment.py"
    assert file_of(NEURON) == ""


def test_parameter_table(described):
    """Defaults are split into number and unit, and carry meaning and source."""
    tau, threshold, count, plastic = described["objects"][0]["parameters"]
    assert (tau["key"], tau["default"], tau["unit"], tau["source"]) == ("neurons.tau_m", "20", "ms", "table 1")
    assert (threshold["default"], threshold["unit"]) == ("0.6", "")
    assert (count["default"], plastic["default"]) == ("25", "true")
    assert (tau["base"], plastic["base"]) == (0.02, True)
    assert tau["symbol"].startswith("<math")


def test_mathematics_is_well_formed(described):
    """Every formula is valid XML and holds no left-over LaTeX."""
    text = json.dumps(described, ensure_ascii=False)
    formulas = [json.loads(f'"{m}"') for m in re.findall(r"<math.*?</math>", text)]
    assert len(formulas) >= 20
    for element in formulas:
        ElementTree.fromstring(element)
        assert "\\" not in element


def test_command_line(tmp_path, monkeypatch, capsys):
    """The command writes the document of an experiment, and names one that does not exist in one line."""
    toy = tmp_path / "toy.py"
    toy.write_text(
        "from models.base import Model, param\nfrom dataclasses import dataclass\n"
        "@dataclass(frozen=True)\nclass P:\n    tau: float = param(1.0, 'a number')\n"
        "cells = Model('m', 'text', 'source', 'x = tau : 1  # twice', P)\n"
    )
    known = {"toy/minimal": SimpleNamespace(module=None, objects={"cells": model_of(f"{toy}:cells")})}
    monkeypatch.setattr("runner.document.load", lambda name: known.get(name) or load(name))
    out = tmp_path / "deep" / "toy"
    main(["toy/minimal", "--out", str(out)])
    content = json.loads((out / "minimal.json").read_text())
    assert content["experiment"] == "toy/minimal"
    assert content["objects"][0]["equations"][0]["meaning"] == "twice"
    with pytest.raises(SystemExit, match="experiments: toy/none: unknown experiment; "):
        main(["toy/none", "--out", str(out)])

"""Another model for an object: which keys a point then has, what is refused, and that every network obeys."""

import json
from dataclasses import replace

import numpy as np
import pytest
from brian2 import prefs

from base.catalogue import names
from base.errors import BuildError, ConfigError
from runner import variants
from runner.devices.network import assemble
from runner.experiment import load
from runner.guards import guards
from runner.planning import plan
from runner.sweep import read_sweep

prefs.codegen.target = "numpy"  # networks are only made here

RULES = """
from dataclasses import dataclass, replace
from models.base import Model, param
from models.sal.alignment import SynapseParams, fixed_synapse, synapse

@dataclass(frozen=True)
class Params(SynapseParams):
    decay: float = param(0.1, "decay", "d", "test", ">= 0, < 1")

steps = tuple(replace(step, code=step.code + "\\nw *= 1 - decay") for step in synapse.steps)
forgetful = replace(synapse, params=Params, steps=steps)
nameless = replace(synapse, equations=synapse.equations.replace("w : 1", "v : 1"))
number = 3
"""


@pytest.fixture
def planned(tmp_path):
    """Return a function that plans a sweep over models of a file beside it."""
    (tmp_path / "rules.py").write_text(RULES, encoding="utf-8")

    def planned(sweep, **more):
        file = tmp_path / "sweep.yaml"
        file.write_text(json.dumps({"experiment": "sal/phase_plane", "scale": "smoke", "sweep": sweep, **more}))
        return plan(load("sal/phase_plane"), "smoke", read_sweep(str(file)))

    return planned


def test_each_model_has_its_own_keys(planned):
    """Values of the configuration stay where the model has them; own is the program of the experiment itself."""
    made = planned({"variant.synapses": ["own", "rules.py:forgetful"]})
    own, other = (point["values"] for point in made.points)
    assert "synapses.decay" not in own and other["synapses.decay"] == 0.1
    assert own["synapses.eta"] == other["synapses.eta"]
    assert made.own == {"variant.synapses": "own"}
    usual = plan(load("sal/phase_plane"), "smoke")
    assert made.points[0]["build"] in usual.builds and made.points[1]["build"] not in usual.builds


def test_a_parameter_of_one_model_is_swept_in_a_block(planned):
    blocks = [
        {"variant.synapses": ["own"], "synapses.eta": [0.1, 0.2]},
        {"variant.synapses": ["rules.py:forgetful"], "synapses.decay": [0.0, 0.2]},
    ]
    made = planned(blocks)
    assert [point["values"].get("synapses.decay") for point in made.points] == [None, None, 0.0, 0.2]
    assert len(made.builds) == 2
    fixed = planned({"synapses.decay": [0.3]}, set={"variant": {"synapses": "rules.py:forgetful"}})
    assert [point["values"]["synapses.decay"] for point in fixed.points] == [0.3]


def test_the_text_of_a_rule_decides_its_program(planned, tmp_path):
    sweep = {"variant.synapses": ["rules.py:forgetful"]}
    before = planned(sweep)
    assert str(tmp_path / "rules.py") in {
        str(tmp_path / file.split("/")[-1]) for file in variants.sources(before.builds.values())
    }
    (tmp_path / "rules.py").write_text(RULES.replace("w *= 1 - decay", "w -= decay * w"), encoding="utf-8")
    assert set(planned(sweep).builds) != set(before.builds)
    (tmp_path / "rules.py").write_text(RULES + "\n# nothing\n", encoding="utf-8")
    assert set(planned(sweep).builds) == set(before.builds)


@pytest.mark.parametrize(
    ("sweep", "told"),
    [
        ({"variant.synapse": ["own"]}, "no object 'synapse' with a model; did you mean 'synapses'"),
        ({"variant.synapses": ["forgetful"]}, "needs own, a.module:model or a_file.py:model, got 'forgetful'"),
        ({"variant.synapses": [3]}, "needs own, a.module:model or a_file.py:model, got 3"),
        ({"variant.synapses": {"from": 1, "to": 3, "n": 2}}, "has no numbers to range over"),
        ({"variant.synapses": ["rule.py:forgetful"]}, "does not exist"),
        ({"variant.synapses": ["rules.py:number"]}, "has no model 'number'"),
        ({"variant.synapses": ["rules.py:forgetfull"]}, "did you mean 'forgetful'"),
        (
            {"variant.synapses": ["models.sal.alignments:synapse"]},
            "a module of the repository is models.<family>.<file>",
        ),
        ({"variant.synapses": ["rules.py:nameless"]}, "has no variable 'w', which is needed"),
        ({"variant.synapses": ["own", "own"]}, "same value twice"),
        ({"variant.synapses": ["own", "rules.py:forgetful"], "synapses.decay": [0.1]}, "unknown key"),
        ({"variant.synapses": ["rules.py:forgetful"], "synapses.decay": [2.0]}, "must be < 1"),
    ],
)
def test_nonsense_is_one_line(planned, sweep, told):
    with pytest.raises(ConfigError, match=r"variant|synapses") as error:
        planned(sweep)
    assert told in str(error.value) and "\n" not in str(error.value)


def test_a_configuration_may_name_a_model(planned, tmp_path):
    """The section ``variant`` of a configuration is what a sweep would set, and its equations are documented."""
    usual = load("sal/phase_plane")
    rule = str(tmp_path / "rules.py:forgetful")
    varied = replace(usual, config=usual.config | {"variant": {"synapses": rule}, "synapses": {"decay": 0.3}})
    made = plan(varied, "smoke")
    assert made.points[0]["values"]["synapses.decay"] == 0.3
    swept = planned({"synapses.decay": [0.3]}, set={"variant": {"synapses": rule}})
    assert set(made.builds) == set(swept.builds)
    assert "decay" in vars(varied.objects["synapses"].params)["__dataclass_fields__"]
    changed = {part for part, one in guards(varied, made.points).items() if one != guards(usual, made.points)[part]}
    assert changed == {"network"}
    with pytest.raises(ConfigError, match=r"config.yaml: variant.synapse: no object 'synapse' with a model"):
        plan(replace(usual, config=usual.config | {"variant": {"synapse": rule}}), "smoke")


def test_a_file_with_an_error_says_so(planned, tmp_path):
    (tmp_path / "rules.py").write_text("import numpy as np\nx = 1 / 0\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="cannot be run: ZeroDivisionError"):
        planned({"variant.synapses": ["rules.py:forgetful"]})


OWN_ONLY = {"eprop/copy_repeat", "eprop/next_symbol"}  # whose equations depend on the length of a block


def marked(experiment, monkeypatch):
    """Return a network in which each model of ``OBJECTS`` has a variable more."""
    models = {
        f"{key}:marked": replace(model, equations=f"{model.equations}\nmark_{key} : 1\n")
        for key, model in experiment.module.OBJECTS.items()
    }
    monkeypatch.setattr(variants, "model_of", models.__getitem__)
    structure = next(iter(plan(experiment, "smoke").builds.values()))
    others = {f"variant.{key}": f"{key}:marked" for key in experiment.module.OBJECTS}
    return assemble(experiment.module, structure | others)


@pytest.mark.parametrize("name", sorted(OWN_ONLY))
def test_models_that_a_structure_makes_have_no_variants(name, monkeypatch):
    with pytest.raises(BuildError, match="does not take '.*' from OBJECTS"):
        marked(load(name), monkeypatch)


@pytest.mark.parametrize("name", [name for name in names() if name not in OWN_ONLY])
def test_every_network_takes_its_models_from_objects(name, monkeypatch):
    """A variable of its own in each model of ``OBJECTS`` arrives in the network."""
    experiment = load(name)
    before = dict(experiment.module.OBJECTS)
    made = {one.name: one for one in marked(experiment, monkeypatch).objects}
    assert all(f"mark_{key}" in made[key].variables for key in before)
    assert experiment.module.OBJECTS == before


def test_a_network_that_does_not_is_refused(monkeypatch):
    experiment = load("sal/phase_plane")
    other = replace(experiment.module.OBJECTS["synapses"], equations="w : 1\nunheard : 1")
    network = assemble(experiment.module, next(iter(plan(experiment, "smoke").builds.values())))
    with pytest.raises(BuildError, match="does not take 'synapses' from OBJECTS; it lacks 'unheard'"):
        variants.check_used(network, {"synapses": other}, ["variant.synapses"], "here")


def test_numbers_of_points_do_not_hold_models():
    """What is set in a program are parameters; the name of a model is none."""
    from runner.simulate import drawn

    experiment = load("sal/phase_plane")
    values = plan(experiment, "smoke").points[0]["values"]
    arrays = next(drawn("sal/phase_plane", {"seed": 1, "values": {**values, "variant.synapses": "own"}}))
    assert "variant.synapses" not in arrays and np.isscalar(arrays["synapses.eta"])

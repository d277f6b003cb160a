"""What can be checked of a GeNN project without GeNN: its model is closed, and its host program fits its model.

GeNN would declare one array for each variable of each population, and functions that move them to the GPU and back.
Here they are declared from the model that brian2genn wrote, as GeNN 4 names them; the compiler then checks the syntax
of the host program against them. Nothing is linked or run: this says nothing about results.
"""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

POPULATION = re.compile(r"^class (\w+?)(NEURON|WEIGHTUPDATE) : public(.*?)^};", re.MULTILINE | re.DOTALL)


def _section(text: str, name: str) -> str:
    """Return the argument of one ``SET_...`` macro."""
    found = re.search(rf"SET_{name}\((.*?)\);\n", text, re.DOTALL)
    return found[1] if found else ""


def _variables(text: str, name: str) -> dict[str, str]:
    """Return the variables that a macro declares, with their types."""
    return dict(re.findall(r'\{"(\w+)", "([\w ]+)"\}', _section(text, name)))


def populations(project: Path) -> dict[str, tuple[str, str]]:
    """Return name to (kind, text) of every population in the model."""
    text = (project / "magicnetwork_model.cpp").read_text(encoding="utf-8")
    return {name: (kind, body) for name, kind, body in POPULATION.findall(text)}


def unknown_placeholders(project: Path) -> Iterator[str]:
    """Yield what the code of a population looks up although nobody declares it."""
    model = (project / "magicnetwork_model.cpp").read_text(encoding="utf-8")
    found = populations(project)
    ends = {name: (source, target) for name, source, target in
            re.findall(r'"(\w+)", SynapseMatrixType::\w+, delaySteps,\s*"(\w+)", "(\w+)"', model)}  # fmt: skip
    own = {
        name: {*_variables(body, "VARS"), *_variables(body, "EXTRA_GLOBAL_PARAMS")} for name, (_, body) in found.items()
    }
    for name, (kind, body) in found.items():
        known = {*own[name], "addToInSyn"}
        if kind == "WEIGHTUPDATE":
            source, target = ends[name]
            known |= {f"{variable}_pre" for variable in _variables(found[source][1], "VARS")}
            known |= {f"{variable}_post" for variable in _variables(found[target][1], "VARS")}
        code = re.sub(r"SET_\w*SUPPORT_CODE\(.*?\);\n", "", body, flags=re.DOTALL)
        for variable in sorted(set(re.findall(r"\$\((\w+)", code)) - known):
            yield f"{name}: {variable}"


def definitions(project: Path) -> str:
    """Return the declarations that GeNN would write."""
    lines = ["#pragma once", "#define DT 0.001", "extern double t; extern unsigned long long iT;"]
    calls = {
        "allocateMem",
        "initialize",
        "initializeSparse",
        "stepTime",
        "copyStateFromDevice",
        "copyCurrentSpikesFromDevice",
    }
    for name, (kind, body) in populations(project).items():
        variables = _variables(body, "VARS")
        lines += [f"extern {kind_of}* {variable}{name};" for variable, kind_of in variables.items()]
        lines += [
            f"extern {kind_of} {variable}{name};"
            for variable, kind_of in _variables(body, "EXTRA_GLOBAL_PARAMS").items()
        ]
        for variable in variables:
            calls |= {f"push{variable}{name}ToDevice", f"pull{variable}{name}FromDevice"}
            calls |= {f"pushCurrent{variable}{name}ToDevice", f"pullCurrent{variable}{name}FromDevice"}
        if kind == "NEURON":
            calls |= {f"pull{name}CurrentSpikesFromDevice"}
            lines += [f"extern unsigned int *spikeCount_{name}, *spike_{name};"]
            lines += [f"extern unsigned int glbSpkShift{name};"]
        else:
            lines += [
                f"extern unsigned int *rowLength{name}, *ind{name}; extern const unsigned int maxRowLength{name};"
            ]
    return "\n".join([*lines, *(f"void {call}();" for call in sorted(calls))]) + "\n"


def syntax_errors(project: Path) -> str:
    """Return what the compiler says about the host program."""
    folder = project / "magicnetwork_model_CODE"
    folder.mkdir(exist_ok=True)
    (folder / "definitions.h").write_text(definitions(project), encoding="utf-8")
    units = ["main.cpp", *(f"code_objects/{file.name}" for file in (project / "code_objects").glob("*.cpp")
                           if not file.stem.endswith("max_row_length"))]  # fmt: skip
    command = ["g++", "-fsyntax-only", "-w", "-std=c++11", "-I.", "-Ibrianlib/randomkit", *units]
    return subprocess.run(command, cwd=project, capture_output=True, text=True, check=False).stderr

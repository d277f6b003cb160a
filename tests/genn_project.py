"""What can be checked of a GeNN project without GeNN: its model is closed, its host program fits, and both compute.

GeNN would declare one array for each variable of each population, and functions that move them to the GPU and back.
Here they are declared from the model that brian2genn wrote, as GeNN 4 names them, and the compiler checks the syntax of
the host program against them. `compile_stand_in` goes further: it translates the model into C++ in the order of GeNN's
time step. That shows whether the model and the host program are right. It says nothing about GeNN.
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
    lines = ["#pragma once", "#include <cstdint>", "#define DT 0.001", "extern double t; extern unsigned long long iT;"]
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
            lines += [f"extern unsigned int spikeCount_{name}, glbSpkShift{name}, *spike_{name};"]
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


def _code(body: str, name: str) -> str:
    """Return the code of a macro, as GeNN would read it."""
    text = _section(body, name)
    return text[1:-1].replace("\\n\\\n", "\n").replace("\\n", "\n").replace('\\"', '"') if text else ""


def _translate(code: str, meaning: dict[str, str]) -> str:
    """Replace every ``$(name)`` by what it means."""
    code = re.sub(r"\$\(addToInSyn,\s*(.*)\);", r"$(inSyn) += \1;", code)
    return re.sub(r"\$\((\w+)\)", lambda found: meaning[found[1]], code)


def stand_in(project: Path) -> str:
    """Return a program that stands for GeNN's single-threaded backend.

    A time step: spikes of the step before go through the synapses (dynamics, then presynaptic, then postsynaptic code),
    then the neurons take their input, are updated, tested and reset.
    """
    model = (project / "magicnetwork_model.cpp").read_text(encoding="utf-8")
    found = populations(project)
    sizes = dict(re.findall(r'model\.addNeuronPopulation<\w+>\("(\w+)", (\d+)', model))
    ends = {name: (source, target) for name, source, target in
            re.findall(r'"(\w+)", SynapseMatrixType::\w+, delaySteps,\s*"(\w+)", "(\w+)"', model)}  # fmt: skip
    inputs = dict(re.findall(r"class (\w+)POSTSYN.*?SET_APPLY_INPUT_CODE\(\"(.*?)\"\);", model, re.DOTALL))
    lines = [
        '#include "magicnetwork_model_CODE/definitions.h"',
        "#include <cmath>",
        "#include <cstdint>",
        "#include <vector>",
    ]
    lines += ["using namespace std;", "#define SUPPORT_CODE_FUNC static inline", "double t; unsigned long long iT;"]
    synapses, neurons, calls = [], [], set(re.findall(r"void (\w+)\(\);", definitions(project))) - {"stepTime"}
    for name, (kind, body) in found.items():
        size = sizes[name] if kind == "NEURON" else f"{sizes[ends[name][0]]} * {sizes[ends[name][1]]}"
        variables, shared = _variables(body, "VARS"), _variables(body, "EXTRA_GLOBAL_PARAMS")
        lines += [f"{of}* {variable}{name} = new {of}[{size}]();" for variable, of in variables.items()]
        lines += [f"{of} {variable}{name};" for variable, of in shared.items()]
        meaning = {variable: f"{variable}{name}[n]" for variable in variables}
        meaning |= {variable: f"{variable}{name}" for variable in shared}
        if kind == "NEURON":
            lines += [f"unsigned int spikeCount_{name}, glbSpkShift{name}, *spike_{name} = new unsigned int[{size}];"]
            arriving = ""
            for path, (_, target) in ends.items():
                if target == name:
                    taken = {**meaning, "Isyn": "Isyn", "inSyn": f"inSyn_{path}[n]"}
                    arriving += _translate(inputs[path], taken)
            neurons.append(
                f"namespace at_{name} {{ {_code(body, 'SUPPORT_CODE')}\nvoid update() {{ spikeCount_{name} = 0;"
                f" for (int n = 0; n < {size}; n++) {{ double Isyn = 0; {arriving}\n"
                f"{_translate(_code(body, 'SIM_CODE'), meaning)}\n"
                f"if ({_code(body, 'THRESHOLD_CONDITION_CODE')}) {{ spike_{name}[spikeCount_{name}++] = n;\n"
                f"{_translate(_code(body, 'RESET_CODE'), meaning)} }} }} }} }}"
            )
        else:
            source, target = ends[name]
            n_source, n_target = sizes[source], sizes[target]
            lines += [f"unsigned int *rowLength{name} = new unsigned int[{n_source}]();"]
            lines += [f"unsigned int *ind{name} = new unsigned int[{size}]();"]
            lines += [
                f"const unsigned int maxRowLength{name} = {n_target}; double* inSyn_{name} = new double[{n_target}]();"
            ]
            meaning |= {f"{v}_pre": f"{v}{source}[pre]" for v in _variables(found[source][1], "VARS")}
            meaning |= {f"{v}_post": f"{v}{target}[post]" for v in _variables(found[target][1], "VARS")}
            meaning["inSyn"] = f"inSyn_{name}[post]"
            synapse = f"int n = pre * {n_target} + j, post = ind{name}[n];"
            row = f"for (unsigned j = 0; j < rowLength{name}[pre]; j++) {{ {synapse}"
            every = f"for (int pre = 0; pre < {n_source}; pre++) {row}"
            spikes = "for (unsigned k = 0; k < spikeCount_{0}; k++) {{ const int {1} = spike_{0}[k]; "
            for part, support, around, end in (
                ("SYNAPSE_DYNAMICS_CODE", "SYNAPSE_DYNAMICS_SUPPORT_CODE", every, "}"),
                ("SIM_CODE", "SIM_SUPPORT_CODE", spikes.format(source, "pre") + row, "} }"),
                ("LEARN_POST_CODE", "LEARN_POST_SUPPORT_CODE",
                 f"{spikes.format(target, 'hit')}{every} if (post != hit) continue;", "} }"),
            ):  # fmt: skip
                code = _translate(_code(body, part), meaning)
                synapses.append((part, name, f"namespace {part}_{name} {{ {_code(body, support)}\n"
                                 f"void update() {{ {around} {code} {end} }} }}"))  # fmt: skip
    parts = ("SYNAPSE_DYNAMICS_CODE", "SIM_CODE", "LEARN_POST_CODE")
    order = [f"{part}_{name}::update();" for part in parts for other, name, _ in synapses if other == part]
    order += [f"at_{name}::update();" for name, (kind, _) in found.items() if kind == "NEURON"]
    lines += [*neurons, *(text for _, _, text in synapses), *(f"void {call}() {{}}" for call in sorted(calls))]
    return "\n".join([*lines, f"void stepTime() {{ {' '.join(order)} iT++; t = iT * DT; }}"]) + "\n"


def compile_stand_in(project: Path, dt: float) -> None:
    """Compile the host program with the stand-in for GeNN: as there, a library that the working directory must hold."""
    folder = project / "magicnetwork_model_CODE"
    folder.mkdir(exist_ok=True)
    (folder / "definitions.h").write_text(definitions(project).replace("DT 0.001", f"DT {dt!r}"), encoding="utf-8")
    (project / "stand_in.cpp").write_text(stand_in(project), encoding="utf-8")
    units = re.search(r"^main: (.*) generated_code$", (project / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    command = ["g++", "-w", "-O1", "-std=c++14", "-I.", "-Ibrianlib/randomkit"]
    library = ["-fPIC", "-shared", "stand_in.cpp", "-o", f"{folder.name}/librunner.so"]
    linked = [f"-L{folder.name}", "-lrunner", f"-Wl,-rpath,{folder.name}"]
    subprocess.run([*command, *library], cwd=project, check=True)
    subprocess.run(
        [*command, "-x", "c++", *units[1].split(), "-x", "none", *linked, "-o", "main"], cwd=project, check=True
    )

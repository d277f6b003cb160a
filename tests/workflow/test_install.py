"""What a newcomer meets first: pins that agree, and one line when something is missing."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from base.errors import BuildError, ConfigError
from base.yaml_files import read_yaml
from runner.devices import toolchain

ROOT = Path(__file__).resolve().parents[2]
PYTHONS = ("3.11", "3.12", "3.13")


def pins(python: str) -> set[str]:
    """Return the pins of requirements.txt that hold for one version of Python."""
    found = set()
    for line in (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines():
        pin, _, marker = line.partition(";")
        if not pin.strip() or pin.startswith("#"):
            continue
        comparison = re.fullmatch(r'\s*python_version\s*(<|>=|==)\s*"3\.(\d+)"\s*', marker)
        minor = int(python.split(".")[1])
        holds = {"<": int.__lt__, ">=": int.__ge__, "==": int.__eq__}
        if comparison is None or holds[comparison[1]](minor, int(comparison[2])):
            found.add(pin.strip())
    return found


@pytest.mark.parametrize("python", PYTHONS)
def test_every_python_has_one_pin_per_package(python):
    """Every requirement is an exact version, once."""
    found = pins(python)
    assert all(re.fullmatch(r"[\w.-]+==[\w.]+", pin) for pin in found)
    names = [pin.split("==")[0].lower() for pin in found]
    assert len(names) == len(set(names))
    assert {"brian2", "numpy"} <= set(names)


def test_conda_users_get_the_same_stack():
    """Pins of environment.yml are those of requirements.txt for its Python."""
    dependencies = read_yaml(ROOT / "environment.yml")["dependencies"]
    (python,) = (item.split("=")[1] for item in dependencies if str(item).startswith("python="))
    (pip,) = (item["pip"] for item in dependencies if isinstance(item, dict))
    assert set(pip) == pins(python)


def test_this_environment_has_the_pinned_versions():
    """The tests run with the stack that is pinned."""
    import sys
    from importlib.metadata import version

    for pin in pins(f"3.{sys.version_info.minor}"):
        name, wanted = pin.split("==")
        assert version(name) == wanted, name


def make(folder: Path, tools: Path, **environment: str) -> subprocess.CompletedProcess:
    """Run ``make reproduce`` in a folder that holds only the Makefile, with few tools on the PATH."""
    shutil.copy(ROOT / "Makefile", folder)
    shutil.copy(ROOT / "requirements.txt", folder)
    tools.mkdir()
    for name in ("bash", "sh", "make"):
        (tools / name).symlink_to(shutil.which(name))
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "MFLAGS", "CXX"))}
    return subprocess.run(
        ["make", "reproduce"],
        cwd=folder,
        env={**inherited, "PATH": str(tools), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(("environment", "missing"), [({}, "g++"), ({"CXX": "clang++-99"}, "clang++-99")])
def test_a_missing_compiler_is_one_line(tmp_path, environment, missing):
    """And nothing is written."""
    (tmp_path / "work").mkdir()
    done = make(tmp_path / "work", tmp_path / "tools", **environment)
    assert done.returncode != 0
    (line,) = done.stderr.splitlines()
    assert f"C++ compiler '{missing}' not found; install g++ or set CXX" in line
    assert not (tmp_path / "work" / ".venv").exists()


def test_an_old_python_is_one_line(tmp_path):
    """A name on the PATH that does not run is not a Python."""
    (tmp_path / "work").mkdir()
    shims = tmp_path / "shims"
    shims.mkdir()
    for name, script in (("python3.13", "exit 127"), ("python3", "exit 1"), ("g++", "exit 0")):
        (shims / name).write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        (shims / name).chmod(0o755)
    tools = tmp_path / "tools"
    done = make(tmp_path / "work", tools, PATH=f"{shims}{os.pathsep}{tools}")
    assert done.returncode != 0
    (line,) = done.stderr.splitlines()
    assert "no working Python 3.11, 3.12 or 3.13" in line
    assert not (tmp_path / "work" / ".venv").exists()


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        ("none", "C++ compiler 'none' not found; install g++ or set CXX"),
        ("-m32", "C++ compiler '-m32' not found; install g++ or set CXX"),
        ("ccache-none g++", "C++ compiler 'ccache-none g++' not found"),
        ("false", "'false --version' fails; install g++ or set CXX"),
    ],
)
def test_a_compiler_that_is_none(monkeypatch, command, reason):
    monkeypatch.setenv("CXX", command)
    with pytest.raises(ConfigError, match=re.escape(f"environment: CXX: {reason}")):
        toolchain.compiler.__wrapped__()


def test_an_empty_compiler_is_the_usual_one_and_options_are_options(monkeypatch):
    monkeypatch.setenv("CXX", " ")
    assert toolchain.compiler.__wrapped__()[0] == "g++"
    monkeypatch.setenv("CXX", "g++ -O1")
    assert toolchain.compiler.__wrapped__()[0] == "g++ -O1"


def test_a_compiler_that_cannot_compile_is_one_line(tmp_path, monkeypatch):
    monkeypatch.setattr(toolchain, "compiler", lambda: ("g++ --no-such-option", "1.0"))
    with pytest.raises(
        BuildError, match="^g.. --no-such-option: the standard headers do not compile: .*error"
    ) as error:
        toolchain.precompiled_header(tmp_path)
    assert "\n" not in str(error.value) and not list(tmp_path.glob("**/*.gch"))


@pytest.mark.parametrize("name", ["g++", "clang++"])
def test_a_program_finds_the_precompiled_header(tmp_path, monkeypatch, name):
    if shutil.which(name) is None:
        pytest.skip(f"{name} is not installed")
    monkeypatch.setenv("CXX", name)
    monkeypatch.setattr(toolchain, "compiler", lambda: (name, "1.0"))
    header = toolchain.precompiled_header(tmp_path / "cache")
    assert toolchain.precompiled_header(tmp_path / "cache") == header
    source = tmp_path / "main.cpp"
    source.write_text("int main() { std::vector<double> v(3); return v.size() != 3; }\n", encoding="utf-8")
    command = toolchain.command(header).removeprefix("ccache ").split()
    subprocess.run([*command, *toolchain.flags(), source, "-o", tmp_path / "main"], check=True)
    subprocess.run([tmp_path / "main"], check=True)


def test_a_folder_of_ccache_that_cannot_be_made_is_one_line(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("CCACHE_DIR", str(tmp_path / "file" / "cache"))
    monkeypatch.setattr(toolchain, "command", lambda _: "ccache g++")
    with pytest.raises(ConfigError, match="environment: CCACHE_DIR: .* cannot be made .*; unset it"):
        toolchain._environment(tmp_path, tmp_path / "standard.h")


@pytest.mark.parametrize(
    ("compiler", "said"),
    [("", ""), ("g++ -m32", ""), ("ccache none++ -O1", "'none++' not found"), ("none", "'none' not")],
)
def test_make_reads_the_compiler_as_we_do(compiler, said):
    command = ["make", "--dry-run", "--always-make", "reproduce"]
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, "CXX": compiler}, capture_output=True, text=True, check=False
    )
    assert (said in done.stderr) if said else done.returncode == 0

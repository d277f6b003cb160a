"""Outputs appear whole or not at all, and nothing of the environment gets into them."""

import json
import os
import signal
import subprocess
import sys

import pytest

from base.files import atomic

SLOW = """
import sys, time
from pathlib import Path
from base.files import atomic
with atomic(Path(sys.argv[1]), directory=sys.argv[2] == "folder") as new:
    (new / "part" if new.is_dir() else new).write_text("half")
    print("writing", flush=True)
    time.sleep(60)
"""


def test_a_file_is_made_and_replaced(tmp_path):
    for text in ("old", "new"):
        with atomic(tmp_path / "deep" / "file") as out:
            out.write_text(text)
        assert (tmp_path / "deep" / "file").read_text() == text
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["file"]


def test_a_folder_is_made_and_replaced(tmp_path):
    for name in ("old", "new"):
        with atomic(tmp_path / "folder", directory=True) as out:
            (out / name).write_text("x")
        assert [path.name for path in (tmp_path / "folder").iterdir()] == [name]
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


def test_made_files_are_as_readable_as_others(tmp_path):
    (tmp_path / "usual").write_text("x")
    with atomic(tmp_path / "file") as out:
        out.write_text("x")
    (tmp_path / "usual_folder").mkdir()
    with atomic(tmp_path / "folder", directory=True):
        pass
    assert (tmp_path / "file").stat().st_mode == (tmp_path / "usual").stat().st_mode
    assert (tmp_path / "folder").stat().st_mode == (tmp_path / "usual_folder").stat().st_mode


@pytest.mark.parametrize("directory", [False, True])
@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_an_exception_leaves_nothing_behind(tmp_path, directory, error):
    with pytest.raises(error), atomic(tmp_path / "new", directory=directory) as out:
        (out / "part" if directory else out).write_text("half")
        raise error
    assert not list(tmp_path.iterdir())


def test_an_exception_keeps_the_old_file(tmp_path):
    (tmp_path / "file").write_text("old")
    with pytest.raises(ValueError), atomic(tmp_path / "file") as out:  # noqa: PT011 - any error
        out.write_text("half")
        raise ValueError
    assert (tmp_path / "file").read_text() == "old"


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_a_killed_process_leaves_no_target(tmp_path, kind):
    target = tmp_path / "target"
    writer = subprocess.Popen([sys.executable, "-c", SLOW, str(target), kind], stdout=subprocess.PIPE, text=True)
    try:
        assert writer.stdout.readline() == "writing\n"
    finally:
        os.kill(writer.pid, signal.SIGKILL)
        writer.wait()
        writer.stdout.close()
    assert not target.exists()
    with atomic(target, directory=kind == "folder") as new:  # what is left behind is in nobody's way
        (new / "part" if new.is_dir() else new).write_text("whole")
    assert target.exists()


def test_provenance_is_a_fixed_list(smoke):
    for file in sorted((smoke.folder / "results" / "smoke").glob("*/*/provenance.json")):
        facts = json.loads(file.read_text(encoding="utf-8"))
        assert set(facts) == {
            *("experiment", "scale", "commit", "dirty", "created", "command", "versions", "compiler", "flags", "cpu"),
            *("device", "parameters", "units", "build", "runs", "data", "checksum"),
        }
        # A run may take less than what is counted.
        assert facts["runs"]["n"] and facts["runs"]["cpu_s"] >= 0 and facts["build"]["cpu_s"] > 0


def test_no_output_knows_the_environment(smoke):
    secret = smoke.environment["LOCAL_CREDIT_SECRET"].encode()
    files = [path for path in (smoke.folder / "results").rglob("*") if path.is_file()]
    assert len(files) > 100
    assert not [path for path in files if secret in path.read_bytes()]
    own = str(smoke.folder).encode()
    told = [path for path in (smoke.folder / "results" / "smoke").rglob("*") if path.is_file()]
    assert not [path for path in told if own in path.read_bytes()], "results tell the place where they were made"

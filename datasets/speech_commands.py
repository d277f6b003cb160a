"""Google Speech Commands 0.02: one-second words (Warden 2018), or the same words spoken by a synthesiser."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np

from datasets import audio, espeak, synthesis
from datasets.base import Corpus, Dataset, choose, require
from datasets.cache import cached, stamp
from datasets.features import FrontEnd, stack
from datasets.progress import track

KNOWN = ("yes", "no", "up", "down", "left", "right", "on", "off", "stop", "go")
OTHER = (
    *("backward", "bed", "bird", "cat", "dog", "eight", "five", "follow", "forward", "four", "happy", "house", "learn"),
    *("marvin", "nine", "one", "seven", "sheila", "six", "three", "tree", "two", "visual", "wow", "zero"),
)
NOISE = "_background_noise_"
LISTS = {"_valid": "validation_list.txt", "_test": "testing_list.txt"}
CORPUS = Corpus(
    name="Speech Commands",
    variable="SPEECH_COMMANDS_DIR",
    layout="35 folders <word>/*_nohash_*.wav, validation_list.txt, testing_list.txt and _background_noise_/*.wav",
    licence="Speech Commands is by Google (CC BY 4.0) and is not distributed here",
    standin='load_speech_commands(source="standin") synthesises a replacement',
)
N_CLIPS = 105_829
RECIPE = 1


def load_speech_commands(
    root: str | os.PathLike[str] | None = None,
    source: str = "auto",
    *,
    n_classes: int = 12,
    front_end: FrontEnd | None = FrontEnd(),  # noqa: B008 - frozen
    per_class: int = 200,
    seed: int = 0,
    n_clips: int = N_CLIPS,
) -> Dataset:
    """Load the task of 12 or of 35 classes.

    The 12 classes are ten words, "unknown" and "silence". Unknown clips are drawn from the 25 other words, silence from
    the background noise, each as many in every part as one word has on average.

    Parameters
    ----------
    root : path-like, optional
        Folder of the corpus; default ``SPEECH_COMMANDS_DIR``.
    source : str
        ``auto``, ``real`` or ``standin``.
    n_classes : int
        12 or 35.
    front_end : FrontEnd or None
        Features; None keeps the samples, which are 32 kB a clip.
    per_class : int
        Clips of a class in the stand-in, all parts together.
    seed : int
        Seed of what is drawn, and of the stand-in's speech.
    n_clips : int
        Number of clips that the real corpus must hold.

    Returns
    -------
    Dataset
        ``x`` (n, 98, n_dims) float32, or (n, 16000) int16; ``y`` (n,) uint8; ``speaker`` (n,) names; the same with
        ``_valid`` and ``_test``; ``classes`` names. No speaker is in two parts; silence has the speaker "".

    Raises
    ------
    DatasetNotFound
        A file, or the synthesiser, is missing.
    DatasetCorrupt
        A file does not hold what it should.
    ValueError
        There is no task of so many classes.
    """
    if n_classes not in (12, 35):
        raise ValueError(f"Speech Commands has tasks of 12 and of 35 classes, not of {n_classes}")
    task = {"classes": n_classes, "front end": front_end and asdict(front_end), "seed": seed, "recipe": RECIPE}

    def real(folder: Path) -> Dataset:
        words = [folder / word for word in (*KNOWN, *OTHER)]
        noise = [folder / NOISE] if n_classes == 12 else []
        lists = [folder / name for name in LISTS.values()]
        require(CORPUS, folder, (path.name for path in (*words, *lists, *noise)))
        key = {**task, "files": stamp([*words, *lists, *noise]), "expected": n_clips}
        return cached("speech-commands", key, lambda: _real(folder, n_classes, front_end, seed, n_clips))

    def standin() -> Dataset:
        key = {**task, "library": espeak.find().identity, "per class": per_class}
        return cached("speech-commands-standin", key, lambda: _standin(n_classes, front_end, seed, per_class))

    return choose(CORPUS, root, source, real, standin)


def _names(n_classes: int) -> tuple[str, ...]:
    """Return the names of the classes."""
    return (*KNOWN, "unknown", "silence") if n_classes == 12 else tuple(sorted((*KNOWN, *OTHER)))


def _real(root: Path, n_classes: int, front_end: FrontEnd | None, seed: int, n_clips: int) -> Dataset:
    """Read the clips that a task needs."""
    every = sorted(f"{word}/{path.name}" for word in (*KNOWN, *OTHER) for path in (root / word).glob("*.wav"))
    if len(every) != n_clips:
        raise CORPUS.corrupt(root, f"{len(every)} clips instead of {n_clips}")
    listed = {suffix: (root / name).read_text(encoding="utf-8").split() for suffix, name in LISTS.items()}
    missing = sorted({path for paths in listed.values() for path in paths} - set(every))
    if missing:
        raise CORPUS.corrupt(root, f"{missing[0]} is listed but does not exist")
    held_out = {path for paths in listed.values() for path in paths}
    parts = {"": [path for path in every if path not in held_out], **{k: sorted(v) for k, v in listed.items()}}

    rng = np.random.default_rng([seed, 3])
    noise = [_sound(root, f"{NOISE}/{path.name}") for path in sorted((root / NOISE).glob("*.wav"))]
    if n_classes == 12 and not any(len(sound) >= audio.RATE for sound in noise):
        raise CORPUS.corrupt(root, f"{NOISE} holds no second of noise")
    arrays: dict[str, np.ndarray] = {"classes": np.array(_names(n_classes))}
    for suffix, paths in parts.items():
        chosen, labels = _chosen([path.split("/")[0] for path in paths], n_classes, rng)
        speakers = [paths[index].split("/")[1].split("_nohash_")[0] for index in chosen]
        sounds = (_padded(_sound(root, paths[index])) for index in track(chosen, f"clips{suffix}"))
        x = [stack([sound], front_end)[0] for sound in sounds]
        if n_classes == 12:
            long = [sound for sound in noise if len(sound) >= audio.RATE]
            silence = [_crop(long[rng.integers(len(long))], rng) for _ in range(_per_word(labels))]
            x += list(stack(silence, front_end)) if silence else []
            labels = np.append(labels, np.full(len(silence), 11))
            speakers += [""] * len(silence)
        arrays |= _part(suffix, np.array(x), labels, speakers)
    return Dataset(CORPUS.name, "real", "0.02", arrays)


def _standin(n_classes: int, front_end: FrontEnd | None, seed: int, per_class: int) -> Dataset:
    """Have the words spoken."""
    if n_classes == 12:
        share = max(1, round(per_class / len(OTHER)))
        known = synthesis.generate("keywords", words=KNOWN, per_word=per_class, seed=seed)
        other = synthesis.generate("keywords", words=OTHER, per_word=share, seed=seed)
        sources = [(known, np.arange(10)), (other, np.full(len(OTHER), 10))]
    else:
        words = _names(35)
        sources = [(synthesis.generate("keywords", words=words, per_word=per_class, seed=seed), np.arange(35))]
    rng = np.random.default_rng([seed, 4])
    arrays: dict[str, np.ndarray] = {"classes": np.array(_names(n_classes))}
    for suffix in synthesis.SPLITS:
        waves = np.concatenate([spoken[f"wave{suffix}"] for spoken, _ in sources])
        labels = np.concatenate([numbers[spoken[f"word{suffix}"]] for spoken, numbers in sources])
        speakers = np.concatenate([spoken[f"speaker{suffix}"] for spoken, _ in sources]).tolist()
        if n_classes == 12:
            count = _per_word(labels)
            silence = 10 ** rng.uniform(-4.0, np.log10(5e-3), (count, 1)) * rng.standard_normal((count, audio.RATE))
            waves = np.concatenate([waves, np.round(32767 * silence).astype(np.int16)])
            labels = np.append(labels, np.full(count, 11))
            speakers += [""] * count
        arrays |= _part(suffix, stack(list(track(waves, f"features{suffix}")), front_end), labels, speakers)
    edition = f"{sources[0][0]['library']}, {per_class} clips a class, seed {seed}"
    return Dataset(CORPUS.name, "standin", edition, arrays)


def _chosen(words: Sequence[str], n_classes: int, rng: np.random.Generator) -> tuple[list[int], np.ndarray]:
    """Return which clips take part and their classes: all, or those of the known words and a draw from the others."""
    if n_classes == 35:
        numbers = {word: number for number, word in enumerate(_names(35))}
        return list(range(len(words))), np.array([numbers[word] for word in words], dtype=int)
    known = [index for index, word in enumerate(words) if word in KNOWN]
    other = [index for index, word in enumerate(words) if word not in KNOWN]
    labels = np.array([KNOWN.index(words[index]) for index in known], dtype=int)
    unknown = rng.permutation(other)[: _per_word(labels)].astype(int).tolist()
    return [*known, *unknown], np.append(labels, np.full(len(unknown), 10))


def _per_word(labels: np.ndarray) -> int:
    """Return how many clips a known word has on average."""
    return round(float((labels < 10).sum()) / 10)


def _part(suffix: str, x: np.ndarray, y: Iterable[int], speakers: Sequence[str]) -> dict[str, np.ndarray]:
    """Name the arrays of a part."""
    labels = np.fromiter(y, dtype=np.uint8)
    return {f"x{suffix}": x, f"y{suffix}": labels, f"speaker{suffix}": np.array(speakers, dtype=str)}


def _sound(root: Path, name: str) -> np.ndarray:
    """Read a file of the corpus."""
    try:
        return audio.read(root / name)
    except ValueError as error:
        raise CORPUS.corrupt(root, f"{name}: {error}") from error


def _padded(sound: np.ndarray) -> np.ndarray:
    """Return one second: zeros at the end, or cut."""
    return np.pad(sound[: audio.RATE], (0, max(0, audio.RATE - len(sound))))


def _crop(sound: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return a random second."""
    start = rng.integers(len(sound) - audio.RATE + 1)
    return sound[start : start + audio.RATE]

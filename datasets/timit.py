"""TIMIT: read sentences with the phone of every frame (Garofolo et al. 1993), or sentences by a synthesiser."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np

from datasets import audio, espeak, synthesis
from datasets.base import Corpus, Dataset, choose
from datasets.cache import cached, stamp
from datasets.features import FrontEnd
from datasets.progress import track

CORPUS = Corpus(
    name="TIMIT",
    variable="TIMIT_DIR",
    layout="TRAIN/ and TEST/ with DR1..DR8/<speaker>/*.WAV,*.PHN",
    licence="TIMIT is licensed by the LDC and is not distributed here",
    standin='load_timit(source="standin") synthesises a replacement',
)
# Phones that are scored as one (Lee and Hon 1989); the glottal stop q is not scored.
FOLDED = {
    "aa": "aa ao",
    "ah": "ah ax ax-h",
    "er": "er axr",
    "hh": "hh hv",
    "ih": "ih ix",
    "l": "l el",
    "m": "m em",
    "n": "n en nx",
    "ng": "ng eng",
    "sh": "sh zh",
    "uw": "uw ux",
    "sil": "bcl dcl epi gcl h# kcl pau pcl tcl",
}
ALONE = "ae aw ay b ch d dh dx eh ey f g ih iy jh k ow oy p r s t th uh v w y z".split()
FOLD = {**{phone: phone for phone in ALONE}, **{p: to for to, phones in FOLDED.items() for p in phones.split()}}
PHONES = tuple(sorted((*FOLD, "q")))
SCORED = tuple(sorted(set(FOLD.values())))
# The core test set has two men and one woman of each dialect region; the development set is fifty other speakers.
CORE_TEST = set(
    "mdab0 mwbt0 felc0 mtas1 mwew0 fpas0 mjmp0 mlnt0 fpkt0 mlll0 mtls0 fjlm0 "
    "mbpm0 mklt0 fnlp0 mcmj0 mjdh0 fmgd0 mgrt0 mnjm0 fdhc0 mjln0 mpam0 fmld0".split()
)
DEVELOPMENT = set(
    "faks0 fdac1 fjem0 mgwt0 mjar0 mmdb1 mmdm2 mpdf0 fcmh0 fkms0 mbdg0 mbwm0 mcsh0 fadg0 fdms0 fedw0 mgjf0 mglb0 mrtk0 "
    "mtaa0 mtdt0 mthc0 mwjg0 fnmr0 frew0 fsem0 mbns0 mmjr0 mdls0 mdlf0 mdvc0 mers0 fmah0 fdrw0 mrcs0 mrjm4 fcal1 mmwh0 "
    "fjsj0 majc0 mjsw0 mreb0 fgjd0 fjmg0 mroa0 mteb0 mjfc0 mrjr0 fmml0 mrws1".split()
)
N_SENTENCES = (3696, 400, 192)
RARE = 0.002  # symbols of the stand-in with a smaller share of the frames are merged
RECIPE = 1


def load_timit(
    root: str | os.PathLike[str] | None = None,
    source: str = "auto",
    *,
    front_end: FrontEnd = FrontEnd(deltas=2),  # noqa: B008 - frozen
    sentences: tuple[int, int, int] = (800, 100, 100),
    seed: int = 0,
    n_sentences: tuple[int, int, int] = N_SENTENCES,
) -> Dataset:
    """Load training, development and core test set, frame by frame, without the SA sentences.

    A frame has the phone whose interval holds the frame's centre.

    Parameters
    ----------
    root : path-like, optional
        Folder of the corpus; default ``TIMIT_DIR``.
    source : str
        ``auto``, ``real`` or ``standin``.
    front_end : FrontEnd
        Features.
    sentences : tuple of int
        Training, development and test sentences of the stand-in.
    seed : int
        Seed of the stand-in.
    n_sentences : tuple of int
        Sentences that the three parts of the real corpus must have.

    Returns
    -------
    Dataset
        ``x`` (n_frames, n_dims) float32, all sentences one after the other, not normalised; ``y`` (n_frames,) uint8;
        ``lengths`` (n_sentences,) in frames; ``speaker`` (n_sentences,) names; the same with ``_valid`` and ``_test``;
        ``phones``, the names of the labels; ``fold``, for each of them the number of the class it is scored as, or -1,
        and ``classes``, the names of these.

    Raises
    ------
    DatasetNotFound
        A folder or file, or the synthesiser, is missing.
    DatasetCorrupt
        A file, or the number of sentences, is not what it should be.
    """
    task = {"front end": asdict(front_end), "recipe": RECIPE}

    def real(folder: Path) -> Dataset:
        key = {**task, "files": stamp(_speakers(folder)), "expected": n_sentences}
        return cached("timit", key, lambda: _real(folder, front_end, n_sentences))

    def standin() -> Dataset:
        key = {**task, "library": espeak.find().identity, "sentences": sentences, "seed": seed}
        return cached("timit-standin", key, lambda: _standin(front_end, sentences, seed))

    return choose(CORPUS, root, source, real, standin)


def _entry(folder: Path, name: str) -> Path | None:
    """Find a file or folder, whatever the case of its letters."""
    exact = folder / name
    if exact.exists() or not folder.is_dir():
        return exact if exact.exists() else None
    return next((path for path in sorted(folder.iterdir()) if path.name.lower() == name.lower()), None)


def _speakers(root: Path) -> list[Path]:
    """Return the folders of all speakers, those of TRAIN first."""
    found = []
    for part in ("TRAIN", "TEST"):
        for region in (f"DR{number}" for number in range(1, 9)):
            half = _entry(root, part)
            folder = half and _entry(half, region)
            if folder is None:
                raise CORPUS.not_found(root, f"{part}/{region}")
            found += sorted(path for path in folder.iterdir() if path.is_dir())
    return found


def _real(root: Path, front_end: FrontEnd, expected: Sequence[int]) -> Dataset:
    """Read all sentences of the three parts."""
    parts: dict[str, list[Path]] = {suffix: [] for suffix in synthesis.SPLITS}
    for folder in _speakers(root):
        name = folder.name.lower()
        if folder.parent.parent.name.upper() == "TRAIN":
            parts[""].append(folder)
        elif name in DEVELOPMENT:
            parts["_valid"].append(folder)
        elif name in CORE_TEST:
            parts["_test"].append(folder)
    arrays: dict[str, np.ndarray] = {
        "phones": np.array(PHONES),
        "classes": np.array(SCORED),
        "fold": np.array([SCORED.index(FOLD[phone]) if phone in FOLD else -1 for phone in PHONES], dtype=np.int8),
    }
    for (suffix, folders), number in zip(parts.items(), expected, strict=True):
        labelled = [path for folder in folders for path in _labelled(folder)]
        if len(labelled) != number:
            part = suffix.removeprefix("_") or "train"
            raise CORPUS.corrupt(root, f"{len(labelled)} sentences instead of {number} in part '{part}'")
        frames = [_sentence(root, path, front_end) for path in track(labelled, f"sentences{suffix}")]
        arrays |= _part(suffix, frames, [path.parent.name.lower() for path in labelled])
    return Dataset(CORPUS.name, "real", "LDC93S1", arrays)


def _labelled(folder: Path) -> list[Path]:
    """Return the label files of a speaker, without those of the sentences that all speakers read."""
    files = (path for path in folder.iterdir() if path.suffix.lower() == ".phn")
    return sorted(path for path in files if not path.name.lower().startswith("sa"))


def _sentence(root: Path, path: Path, front_end: FrontEnd) -> tuple[np.ndarray, np.ndarray]:
    """Read one sentence: features, and labels of its frames."""
    name = path.relative_to(root).with_suffix("").as_posix()
    sound = _entry(path.parent, f"{path.stem}.WAV.wav") or _entry(path.parent, f"{path.stem}.WAV")
    if sound is None:
        raise CORPUS.not_found(root, f"{name}.WAV")
    try:
        samples = audio.read(sound)
        lines = [line.split() for line in path.read_text(encoding="ascii").splitlines() if line.strip()]
        onsets = np.array([int(start) for start, _, _ in lines])
        phones = np.array([PHONES.index(phone) for _, _, phone in lines])
        if not len(onsets) or (np.diff(onsets) < 0).any():
            raise ValueError("its phones are not in order")
    except ValueError as error:
        raise CORPUS.corrupt(root, f"{name}: {error}") from error
    x = front_end(samples)
    return x, _framewise(onsets, phones, front_end.centres(len(x)))


def _framewise(onsets: np.ndarray, phones: np.ndarray, centres: np.ndarray) -> np.ndarray:
    """Return the phone at each centre; before the first onset it is the first phone."""
    return phones[np.maximum(np.searchsorted(onsets, centres, side="right") - 1, 0)]


def _part(
    suffix: str, frames: Iterable[tuple[np.ndarray, np.ndarray]], speakers: Sequence[str]
) -> dict[str, np.ndarray]:
    """Join the sentences of a part."""
    xs, ys = zip(*frames, strict=True)
    return {
        f"x{suffix}": np.concatenate(xs),
        f"y{suffix}": np.concatenate(ys).astype(np.uint8),
        f"lengths{suffix}": np.array([len(x) for x in xs], dtype=np.int32),
        f"speaker{suffix}": np.array(speakers, dtype=str),
    }


def _standin(front_end: FrontEnd, sentences: Sequence[int], seed: int) -> Dataset:
    """Have sentences spoken, and merge rare symbols with those that sound most alike."""
    spoken = synthesis.generate("sentences", numbers=list(sentences), seed=seed)
    heard = {suffix: spoken[f"phone{suffix}"] for suffix in synthesis.SPLITS}
    heard = {suffix: np.where(phones == "_:", "_", phones) for suffix, phones in heard.items()}  # both are pauses
    symbols = np.unique(np.concatenate(list(heard.values())))
    arrays: dict[str, np.ndarray] = {}
    cepstra = np.zeros((0, FrontEnd().n_dims), dtype=np.float32)
    for suffix in synthesis.SPLITS:
        waves = np.split(spoken[f"wave{suffix}"], np.cumsum(spoken[f"samples{suffix}"])[:-1])
        ends = np.cumsum(spoken[f"phones{suffix}"])[:-1]
        onsets = np.split(spoken[f"onset{suffix}"], ends)
        phones = np.split(np.searchsorted(symbols, heard[suffix]), ends)
        xs = [front_end(wave) for wave in track(waves, f"features{suffix}")]
        labels = [_framewise(o, p, front_end.centres(len(x))) for o, p, x in zip(onsets, phones, xs, strict=True)]
        arrays |= _part(suffix, zip(xs, labels, strict=True), spoken[f"speaker{suffix}"].tolist())
        if not suffix:  # the merger must not depend on the features that were asked for
            plain = FrontEnd(window=front_end.window, hop=front_end.hop)
            cepstra = np.concatenate([plain(wave) for wave in waves])
    target = _merged(arrays["y"], cepstra, len(symbols))
    kept = np.unique(target)
    for suffix in synthesis.SPLITS:
        arrays[f"y{suffix}"] = np.searchsorted(kept, target[arrays[f"y{suffix}"]]).astype(np.uint8)
    names = symbols[kept]
    arrays |= {"phones": names, "classes": names, "fold": np.arange(len(names), dtype=np.int8)}
    size = "/".join(map(str, sentences))
    return Dataset(CORPUS.name, "standin", f"{spoken['library']}, {size} sentences, seed {seed}", arrays)


def _merged(labels: np.ndarray, x: np.ndarray, n_symbols: int) -> np.ndarray:
    """Return for each symbol itself, or, if it is rare, the frequent one whose mean features are nearest."""
    counts = np.bincount(labels, minlength=n_symbols)
    frequent = np.flatnonzero(counts >= RARE * len(labels))
    scaled = (x - x.mean(axis=0)) / x.std(axis=0)
    sums = [np.bincount(labels, column, minlength=n_symbols) for column in scaled.T.astype(float)]
    means = np.stack(sums, axis=1) / np.maximum(counts, 1)[:, None]
    distance = ((means[:, None, :] - means[None, frequent, :]) ** 2).sum(axis=2)
    target = frequent[distance.argmin(axis=1)]
    target[frequent] = frequent
    return target

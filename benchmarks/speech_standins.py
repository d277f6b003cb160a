"""What the spoken stand-ins are worth: speed of the synthesis, separability of words, alignment of phonemes.

Run with ``python -m benchmarks.speech_standins``; it needs espeak-ng (requirements-speech.txt) and takes two minutes.
"""

import time

import numpy as np
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from datasets.features import normalise
from datasets.speech_commands import KNOWN, load_speech_commands
from datasets.synthesis import generate
from datasets.timit import load_timit

SEGMENTS = 14
SHIFTS = (-4, -2, -1, 0, 1, 2, 4)  # frames
SUFFIXES = ("", "_valid", "_test")


def speed(per_word: int = 50) -> float:
    """Return keyword clips per second, start of the program included."""
    start = time.perf_counter()
    generate("keywords", words=KNOWN, per_word=per_word, seed=1)
    return len(KNOWN) * per_word / (time.perf_counter() - start)


def separability() -> dict[str, float]:
    """Return accuracies of standard classifiers on ten words by unseen speakers, from averages over 14 segments."""
    data = load_speech_commands(source="standin")
    parts = []
    for suffix in ("", "_test"):
        known = data[f"y{suffix}"] < len(KNOWN)
        segments = np.array_split(data[f"x{suffix}"][known], SEGMENTS, axis=1)
        parts.append((np.concatenate([part.mean(axis=1) for part in segments], axis=1), data[f"y{suffix}"][known]))
    (x, y), (x_test, y_test) = parts
    classifiers = {
        "logistic regression": LogisticRegression(max_iter=2000),
        "random forest": RandomForestClassifier(300, random_state=0),
        "support vectors": SVC(C=10),
    }
    return {
        f"{name}, {len(y)} training and {len(y_test)} test clips": make_pipeline(StandardScaler(), classifier)
        .fit(x, y)
        .score(x_test, y_test)
        for name, classifier in classifiers.items()
    }


def alignment() -> dict[int, float]:
    """Return frame accuracies on unseen speakers of linear discriminants on five frames, by shift of the labels."""
    data = load_timit(source="standin")
    parts = dict(zip(SUFFIXES, normalise(*(data[f"x{suffix}"][:, :13] for suffix in SUFFIXES)), strict=True))
    accuracy = {}
    for shift in SHIFTS:
        (x, y), *unseen = (
            _context(frames, data[f"y{suffix}"], data[f"lengths{suffix}"], shift) for suffix, frames in parts.items()
        )
        x_unseen, y_unseen = (np.concatenate(halves) for halves in zip(*unseen, strict=True))
        accuracy[shift] = LinearDiscriminantAnalysis().fit(x[::3], y[::3]).score(x_unseen, y_unseen)
    return accuracy


def _context(x: np.ndarray, y: np.ndarray, lengths: np.ndarray, shift: int) -> tuple[np.ndarray, np.ndarray]:
    """Return five neighbouring frames, and the label that a shift to later times brings to the middle one."""
    edge = max(2, *map(abs, SHIFTS))
    frames, labels = [], []
    for start, length in zip(np.cumsum(lengths) - lengths, lengths, strict=True):
        middle = np.arange(start + edge, start + length - edge)
        frames.append(np.concatenate([x[middle + offset] for offset in range(-2, 3)], axis=1))
        labels.append(y[middle - shift])
    return np.concatenate(frames), np.concatenate(labels)


def main() -> None:
    """Print all numbers."""
    print(f"synthesis: {speed():.0f} clips per second")
    for name, accuracy in separability().items():
        print(f"ten words, {name}: {100 * accuracy:.1f} %")
    for shift, accuracy in alignment().items():
        print(f"phonemes, labels moved by {10 * shift:+d} ms: {100 * accuracy:.2f} %")


if __name__ == "__main__":
    main()

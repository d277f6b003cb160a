"""Handwritten digits of 8 x 8 pixels: the test part of UCI's optical recognition set, in the copy of scikit-learn."""

from importlib.metadata import version

from datasets.base import Dataset, log


def load_digits8() -> Dataset:
    """Load all digits.

    Returns
    -------
    Dataset
        ``images`` (1797, 64), counts of ink from 0 to 16 row by row, and ``labels`` (1797,), both uint8.
    """
    from sklearn import datasets as packaged  # half a second to import

    images, labels = packaged.load_digits(return_X_y=True)
    arrays = {"images": images.astype("uint8"), "labels": labels.astype("uint8")}
    taken = Dataset("Digits 8x8", "real", f"scikit-learn {version('scikit-learn')}", arrays)
    log.info("%s: %s (%s)", taken.name, taken.source, taken.version)
    return taken

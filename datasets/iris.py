"""Iris: Fisher's table of 1936, in the copy of scikit-learn, whose rows 34 and 37 are as printed."""

from importlib.metadata import version

from datasets.base import Dataset, log


def load_iris() -> Dataset:
    """Load the complete table.

    Returns
    -------
    Dataset
        ``features`` (150, 4), float64, in cm: sepal length and width, petal length and width; ``labels`` (150,), uint8:
        0 setosa, 1 versicolor, 2 virginica.
    """
    from sklearn import datasets as packaged  # half a second to import

    features, labels = packaged.load_iris(return_X_y=True)
    arrays = {"features": features, "labels": labels.astype("uint8")}
    taken = Dataset("Iris", "real", f"scikit-learn {version('scikit-learn')}", arrays)
    log.info("%s: %s (%s)", taken.name, taken.source, taken.version)
    return taken

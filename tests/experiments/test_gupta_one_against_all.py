"""One class against all others: who is shown, in which shares, and that baselines see the same rows."""

import numpy as np
import pytest

from base.values import Values
from experiments.gupta.common.one_against_all import chosen
from experiments.gupta.digit_one_against_all.inputs import split as split_digits
from experiments.gupta.iris_one_against_all.inputs import split as split_iris

LABELS = np.repeat(np.arange(4), 10)


def test_rows_are_in_their_shares_and_apart():
    train, test = chosen(LABELS, 2, (6, 2), (3, 1), np.random.default_rng(1))
    assert np.bincount(LABELS[train]).tolist() == [2, 2, 6, 2] and np.bincount(LABELS[test]).tolist() == [1, 1, 3, 1]
    assert (LABELS[train][-6:] == 2).all() and not set(train) & set(test)
    assert len(set(train)) == len(train)


def test_a_class_with_too_few_rows():
    with pytest.raises(ValueError, match="class 2 has 10 rows, too few for 8 to train and 3 to test"):
        chosen(LABELS, 2, (8, 2), (3, 1), np.random.default_rng(1))


@pytest.mark.parametrize(
    ("split", "p", "shares"),
    [
        (split_iris, {"inputs.n_train": 105, "inputs.n_test": 45}, (1 / 3, 1 / 3)),
        (split_digits, {"inputs.n_train": 108, "inputs.n_test": 36, "inputs.source": "standin"}, (0.5, 0.5)),
    ],
)
def test_splits(split, p, shares):
    """Intensities lie between 0 and 1; the same generator gives the same rows, another one others."""
    p = {**p, "inputs.one": 1}
    x_train, y_train, x_test, y_test = split(Values(p), np.random.default_rng(3))
    assert (len(y_train), len(y_test)) == (p["inputs.n_train"], p["inputs.n_test"])
    assert (y_train.mean(), y_test.mean()) == pytest.approx(shares)
    assert min(x_train.min(), x_test.min()) >= 0 and max(x_train.max(), x_test.max()) <= 1
    assert np.array_equal(split(Values(p), np.random.default_rng(3))[0], x_train)
    assert not np.array_equal(split(Values(p), np.random.default_rng(4))[0], x_train)

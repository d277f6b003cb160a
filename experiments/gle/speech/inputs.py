"""Keywords as spectrograms, their order, time constants of populations, and initial weights."""

from functools import lru_cache
from typing import Any

import numpy as np

from base.values import Values
from datasets.base import Dataset
from datasets.speech_commands import load_speech_commands
from experiments.gle.common.classification import initial, presented, some_classes

N_LAYERS = 4  # three hidden ones and the output

# Membrane time constants of the populations in units of the longest one; the first is instantaneous.
POPULATIONS = (1.0, 0.25, 0.5, 0.75, 1.0)

# Four syllables in four orders: each once at every place, and each once after every other one.
ORDERS = ((0, 1, 3, 2), (1, 2, 0, 3), (2, 3, 1, 0), (3, 0, 2, 1))
NAMES = tuple("".join("ABCD"[syllable] for syllable in order) for order in ORDERS)
ONSET = (1.0, 4.0)  # of the first syllable, in frames
LASTS = (1.5, 2.5)  # a syllable, in frames
PAUSE = 1.0  # after it, in frames: the input, interpolated between frames, never has parts of two syllables
LATEST = ONSET[1] + len(ORDERS) * LASTS[1] + (len(ORDERS) - 1) * PAUSE
HEIGHT = (0.7, 1.3)  # of a syllable

WINDOW, HOP, RATE = 1024, 400, 16_000  # of the spectrogram, in samples; samples per second


def keyword(order: tuple[int, ...], n_bands: int, n_frames: int, noise: float, rng: np.random.Generator) -> np.ndarray:
    """Draw one keyword: syllables one after the other, in noise.

    A syllable is a bump over bands that rises and falls as the square of a sine; a pause follows. What is there in an
    instant does not tell what came before. When the first one begins, how long each lasts and how high it is does not
    depend on their order, hence neither does the mean over time of what is there.

    Parameters
    ----------
    order : tuple of int
        Numbers of the syllables.
    n_bands, n_frames : int
        Shape of the keyword.
    noise : float
        Standard deviation, in mean heights of a syllable.
    rng : numpy.random.Generator
        Draws onset, lengths, heights and noise.

    Returns
    -------
    ndarray, shape (n_frames, n_bands)
    """
    n, t, bands = len(order), np.arange(n_frames), np.arange(n_bands)
    x = noise * rng.standard_normal((n_frames, n_bands))
    start = rng.uniform(*ONSET)
    for syllable, lasts, height in zip(order, rng.uniform(*LASTS, n), rng.uniform(*HEIGHT, n), strict=True):
        phase = np.clip((t - start) / lasts, 0, 1)
        shape = np.exp(-2 * ((bands + 0.5) / n_bands * n - syllable - 0.5) ** 2)
        x += height * np.outer(np.sin(np.pi * phase) ** 2, shape)
        start += lasts + PAUSE
    return x


def standardised(x: np.ndarray) -> np.ndarray:
    """Scale every keyword to mean 0 and standard deviation 1 over frames and bands.

    Parameters
    ----------
    x : ndarray, shape (n, n_frames, n_bands)
        Keywords; a constant one becomes zero.

    Returns
    -------
    ndarray of float32, shape (n, n_frames, n_bands)
    """
    mean, deviation = x.mean(axis=(1, 2), keepdims=True), x.std(axis=(1, 2), keepdims=True)
    return ((x - mean) / np.where(deviation > 0, deviation, 1)).astype(np.float32)


@lru_cache(maxsize=2)
def order_only(n_bands: int, n_frames: int, per_class: int, noise: float) -> Dataset:
    """Draw keywords that differ only in the order of their syllables, the same for all points.

    Parameters
    ----------
    n_bands, n_frames : int
        Shape of a keyword.
    per_class : int
        Keywords of a class; every fifth is unseen.
    noise : float
        See `keyword`.

    Returns
    -------
    Dataset
        ``x`` (n, n_frames, n_bands), ``y`` (n,), the same with ``_test`` for unseen ones, ``classes`` names.
    """
    rng = np.random.default_rng(0)
    arrays: dict[str, np.ndarray] = {"classes": np.array(NAMES)}
    for suffix, number in (("", per_class - per_class // 5), ("_test", per_class // 5)):
        x = [keyword(order, n_bands, n_frames, noise, rng) for order in ORDERS for _ in range(number)]
        arrays |= {f"x{suffix}": standardised(np.array(x)), f"y{suffix}": np.repeat(np.arange(len(ORDERS)), number)}
    return Dataset("Speech Commands", "standin", f"four orders of four syllables, {n_bands} bands", arrays)


def filters(n_bands: int) -> np.ndarray:
    """Return triangular filters at equal distances on the mel scale from 0 to half the rate.

    Parameters
    ----------
    n_bands : int
        Number of filters.

    Returns
    -------
    ndarray, shape (WINDOW // 2 + 1, n_bands)
        Heights 1.
    """
    frequencies = np.linspace(0, RATE / 2, WINDOW // 2 + 1)
    edges = 700 * (10 ** (np.linspace(0, 2595 * np.log10(1 + RATE / 2 / 700), n_bands + 2) / 2595) - 1)
    rise = (frequencies[:, None] - edges[:-2]) / (edges[1:-1] - edges[:-2])
    fall = (edges[2:] - frequencies[:, None]) / (edges[2:] - edges[1:-1])
    return np.clip(np.minimum(rise, fall), 0, None)


def spectrogram(waves: np.ndarray, n_bands: int) -> np.ndarray:
    """Return logarithms of the energy in mel bands, with frames centred on every 25 ms.

    Parameters
    ----------
    waves : ndarray of int16, shape (n, n_samples)
        Sounds.
    n_bands : int
        Mel bands.

    Returns
    -------
    ndarray of float32, shape (n, 1 + n_samples // HOP, n_bands)
    """
    bank, taper = filters(n_bands), np.hanning(WINDOW + 1)[:-1]
    out = np.empty((len(waves), 1 + waves.shape[1] // HOP, n_bands), dtype=np.float32)
    for wave, frames in zip(waves, out, strict=True):
        padded = np.pad(wave / 32768, WINDOW // 2, mode="reflect")
        pieces = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[::HOP]
        frames[:] = np.log2(np.abs(np.fft.rfft(pieces * taper)) ** 2 @ bank + 1e-9)
    return out


@lru_cache(maxsize=2)
def spoken(n_bands: int, n_classes: int, per_class: int, source: str) -> Dataset:
    """Load spoken keywords: recorded ones, or those of a synthesiser.

    Parameters
    ----------
    n_bands : int
        Mel bands.
    n_classes : int
        12 or 35, the tasks of the corpus; fewer than 11: so many words of the first.
    per_class : int
        Clips of a class that a synthesiser makes, all parts together.
    source : str
        ``auto``, ``real`` or ``standin``.

    Returns
    -------
    Dataset
        As `order_only`; unseen ones are those of validation.
    """
    data = load_speech_commands(
        source=source, n_classes=35 if n_classes == 35 else 12, front_end=None, per_class=per_class
    )
    arrays: dict[str, np.ndarray] = {"classes": data["classes"][:n_classes]}
    for suffix, part in (("", ""), ("_test", "_valid")):
        known = data[f"y{part}"] < n_classes
        arrays[f"x{suffix}"] = standardised(spectrogram(data[f"x{part}"][known], n_bands))
        arrays[f"y{suffix}"] = data[f"y{part}"][known].astype(int)
    return Dataset(data.name, data.source, data.version, arrays)


def dataset(p: Values) -> Dataset:
    """Return the keywords of a point.

    Parameters
    ----------
    p : Values
        Resolved configuration.

    Returns
    -------
    Dataset
        Arrays ``x`` (n, n_frames, n_bands), ``y``, ``x_test``, ``y_test``, ``classes``.

    Raises
    ------
    ValueError
        There is no such corpus, or it has no task of so many classes or frames.
    """
    corpus, n_classes, n_frames = p.inputs.corpus, p.network.n_classes, p.network.n_frames
    if corpus == "order":
        if n_classes != len(ORDERS):
            raise ValueError(f"network.n_classes is {n_classes}, but the corpus order has {len(ORDERS)}")
        if n_frames <= LATEST:
            raise ValueError(f"network.n_frames is {n_frames}, but a keyword may last until frame {LATEST:g}")
        return order_only(p.network.n_bands, n_frames, p.inputs.per_class, p.inputs.noise)
    if corpus != "speech":
        raise ValueError(f"inputs.corpus must be order or speech, not '{corpus}'")
    if not (2 <= n_classes <= 10 or n_classes in (12, 35)):
        raise ValueError(f"network.n_classes is {n_classes}, but speech has 2 to 10, 12 or 35")
    if n_frames != 1 + RATE // HOP:
        raise ValueError(f"network.n_frames is {n_frames}, but a clip has {1 + RATE // HOP}")
    return spoken(p.network.n_bands, n_classes, p.inputs.per_class, p.inputs.source)


def unseen(p: Values, n_test: int) -> np.ndarray:
    """Return which keywords are only looked at, the same ones after every epoch and for all points.

    Parameters
    ----------
    p : Values
        Resolved configuration.
    n_test : int
        Keywords of the part that is never taught.

    Returns
    -------
    ndarray of int, shape (n_unseen * n_copies,)
        Numbers within that part, in the order in which they are shown.

    Raises
    ------
    ValueError
        More than there are.
    """
    number = p.network.n_unseen * p.network.n_copies
    if number > n_test:
        raise ValueError(f"network.n_unseen: {number} keywords after an epoch, but there are {n_test}")
    return np.random.default_rng(0).permutation(n_test)[:number]


def order_of(p: Values, rng: np.random.Generator, data: Dataset) -> tuple[np.ndarray, np.ndarray]:
    """Draw which copy is shown which keyword, and which batches are taught.

    Parameters
    ----------
    p : Values
        Resolved configuration.
    rng : numpy.random.Generator
        Generator of the point.
    data : Dataset
        Keywords; unseen ones follow the others in the table.

    Returns
    -------
    order : ndarray of int, shape (batches, copies)
        In every epoch, keywords drawn at random, with all classes equally often in every batch (where their number
        divides the copies, else nearly); then unseen ones.
    teach : ndarray, shape (batches,)
        1 or 0.
    """
    n_taught, n_unseen, b = p.network.n_taught, p.network.n_unseen, p.network.n_copies
    looked = len(data["y"]) + unseen(p, len(data["y_test"])).reshape(n_unseen, b)
    sizes = np.bincount(data["y"])
    by_class, first = np.argsort(data["y"], kind="stable"), np.cumsum(sizes) - sizes
    epochs = []
    for _ in range(p.network.n_epochs):
        classes = rng.permuted(np.arange(n_taught * b).reshape(n_taught, b) % len(sizes), axis=1)
        epochs += [by_class[first[classes] + rng.integers(sizes[classes])], looked]
    teach = np.tile(np.repeat([1.0, 0.0], [n_taught, n_unseen]), p.network.n_epochs)
    return np.concatenate(epochs), teach


def populations(p: Values, layer: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the time constants of one copy of a layer.

    Parameters
    ----------
    p : Values
        Resolved configuration in SI base units.
    layer : int
        Number of the layer, from 1; the last one is the output, which is instantaneous.

    Returns
    -------
    tau_m, tau_r : ndarray, shape (neurons,)
        In seconds; population after population. Without lags all neurons are instantaneous.

    Raises
    ------
    ValueError
        There are no such lags, or a time constant is shorter than a time step.
    """
    tau, dt, kind = p.inputs.tau, p.network.dt, p.inputs.lags
    if kind not in ("mixed", "none"):
        raise ValueError(f"inputs.lags must be mixed or none, not '{kind}'")
    if min(POPULATIONS) * tau < dt:
        raise ValueError(f"inputs.tau is {1e3 * tau:g} ms; a quarter of it is shorter than a time step")
    if layer == N_LAYERS:
        return np.full(p.network.n_classes, tau), np.full(p.network.n_classes, tau)
    tau_m = tau * np.repeat(POPULATIONS, p.network.n_population)
    tau_r = np.full(len(tau_m), max(p.inputs.tau_r, dt))
    tau_r[: p.network.n_population] = tau
    return (tau_m, tau_r) if kind == "mixed" else (np.full(len(tau_m), tau), np.full(len(tau_m), tau))


def inputs(p: Values, rng: np.random.Generator) -> dict[str, Any]:
    """Draw one point.

    Parameters
    ----------
    p : Values
        Resolved configuration in SI base units.
    rng : numpy.random.Generator
        Generator of the point.

    Returns
    -------
    dict
        Tables, time constants and transfer functions of all copies, weights and biases.

    Raises
    ------
    ValueError
        More epochs or keywords than the network has room for, or no such corpus or lags.
    """
    data = dataset(p)
    samples, labels, _, _ = some_classes(data, p.network.n_classes)
    order, teach = order_of(p, rng, data)
    given = presented(p, samples, labels, order, teach, N_LAYERS)
    last = (p.network.n_taught + p.network.n_unseen) * p.inputs.epochs - 1
    given |= {f"{probe}.watch": last * p.network.n_steps for probe in ("probe_in", "probe_hidden", "probe_out")}
    hidden, b = len(POPULATIONS) * p.network.n_population, p.network.n_copies
    sizes = [p.network.n_bands, *[hidden] * (N_LAYERS - 1), p.network.n_classes]
    for k, size in enumerate(sizes[1:], start=1):
        tau_m, tau_r = populations(p, k)
        given[f"layer_{k}.tau_m"], given[f"layer_{k}.tau_r"] = np.tile(tau_m, b), np.tile(tau_r, b)
        given[f"layer_{k}.linear"] = np.full(b * size, float(k in (1, N_LAYERS)))
    return given | initial(sizes, rng)

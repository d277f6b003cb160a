"""Features of speech: log-mel energies and cepstra with their derivatives, by kaldi-native-fbank."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class FrontEnd:
    """Recipe from samples to frames, Kaldi's in all that is not said here; without dither, hence deterministic.

    Parameters
    ----------
    kind : str
        ``mfcc`` or ``logmel``.
    n_mels : int
        Mel filters between 20 Hz and half the sampling rate.
    n_ceps : int
        Cepstral coefficients, the zeroth included; ``mfcc`` only.
    deltas : int
        Orders of time derivatives that are appended (regression over two frames to each side).
    window, hop : float
        Length of a frame and distance of two, in ms.
    rate : int
        Samples per second.
    """

    kind: str = "mfcc"
    n_mels: int = 40
    n_ceps: int = 13
    deltas: int = 0
    window: float = 25.0
    hop: float = 10.0
    rate: int = 16_000

    def __post_init__(self) -> None:
        if self.kind not in ("mfcc", "logmel"):
            raise ValueError(f"features are 'mfcc' or 'logmel', not '{self.kind}'")

    @property
    def n_dims(self) -> int:
        """Features of a frame."""
        return (self.n_ceps if self.kind == "mfcc" else self.n_mels) * (1 + self.deltas)

    def n_frames(self, n_samples: int) -> int:
        """Return how many whole frames fit into so many samples."""
        window, hop = (round(length * self.rate / 1000) for length in (self.window, self.hop))
        return max(0, 1 + (n_samples - window) // hop)

    def centres(self, n_frames: int) -> np.ndarray:
        """Return the sample in the middle of each frame."""
        return (np.arange(n_frames) * self.hop + self.window / 2) * self.rate / 1000

    def __call__(self, samples: np.ndarray) -> np.ndarray:
        """Compute the features of one sound.

        Parameters
        ----------
        samples : ndarray of int16, shape (n_samples,)
            The sound.

        Returns
        -------
        ndarray of float32, shape (n_frames, n_dims)
            Natural logarithms or cepstra; derivatives follow the features, lowest order first.
        """
        import kaldi_native_fbank as kaldi

        options = kaldi.MfccOptions() if self.kind == "mfcc" else kaldi.FbankOptions()
        options.frame_opts.dither = 0
        options.frame_opts.samp_freq = self.rate
        options.frame_opts.frame_length_ms = self.window
        options.frame_opts.frame_shift_ms = self.hop
        options.mel_opts.num_bins = self.n_mels
        if self.kind == "mfcc":
            options.num_ceps = self.n_ceps
            options.use_energy = False
        computer = kaldi.OnlineMfcc(options) if self.kind == "mfcc" else kaldi.OnlineFbank(options)
        computer.accept_waveform(self.rate, samples.astype(np.float32).tolist())
        computer.input_finished()
        frames = [computer.get_frame(index) for index in range(computer.num_frames_ready)]
        features = np.array(frames, dtype=np.float32).reshape(len(frames), self.n_dims // (1 + self.deltas))
        if self.deltas and frames:
            features = kaldi.compute_deltas(kaldi.DeltaOptions(order=self.deltas, window=2), features)
        return features


def normalise(train: np.ndarray, *others: np.ndarray) -> tuple[np.ndarray, ...]:
    """Scale each feature to mean 0 and standard deviation 1 on the training set, and the other sets likewise.

    Parameters
    ----------
    train : ndarray, shape (..., n_dims)
        Training set.
    *others : ndarray, shape (..., n_dims)
        Other sets; they do not influence the scale.

    Returns
    -------
    tuple of ndarray
        The training set and the others, of their own types.
    """
    flat = train.reshape(-1, train.shape[-1])
    mean, std = flat.mean(axis=0, dtype=float), flat.std(axis=0, dtype=float)
    std = np.where(std > 0, std, 1.0)
    return tuple(((x - mean) / std).astype(x.dtype) for x in (train, *others))


def stack(sounds: Sequence[np.ndarray], front_end: FrontEnd | None) -> np.ndarray:
    """Compute the features of sounds of equal length, or collect the sounds themselves.

    Parameters
    ----------
    sounds : sequence of ndarray of int16
        The sounds.
    front_end : FrontEnd or None
        None keeps the samples.

    Returns
    -------
    ndarray
        float32 of shape (n, n_frames, n_dims), or int16 of shape (n, n_samples).
    """
    return np.stack([front_end(sound) if front_end else sound for sound in sounds])

"""The convolutional network of the paper in PyTorch, an optional dependency.

Every convolution and every fully connected layer sends its error back through weights of its own, unless the method is
backpropagation. Those of the convolutions are fixed and random for all other methods.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from references.sal.gradients import METHODS

try:
    import torch
    from torch import nn
    from torch.nn import functional
except ImportError:  # the rest of the experiment needs none of it
    torch = None

CHANNELS, KERNEL = 64, 5


def _tensor(values: np.ndarray) -> Any:
    """Return an array as a tensor in single precision."""
    return torch.from_numpy(np.ascontiguousarray(values, dtype=np.float32))


def _detour(used: Any, exact: Any, given: Any) -> Any:
    """Return `given`, the output of a layer; errors take the way of `used`, gradients of the weights that of `exact`.

    Parameters
    ----------
    used : Tensor
        What the layer would give with its feedback weights in place of its weights; depends on the input alone.
    exact : Tensor
        What it gives; depends on weights and bias alone, not on the input.
    given : Tensor
        The same, depends on nothing.

    Returns
    -------
    Tensor
        `given`.
    """
    return given + (used - used.detach()) + (exact - exact.detach())


class Convolutions:
    """Two convolutions with pooling and three fully connected layers, with batch normalisation.

    Parameters
    ----------
    sizes : sequence of int
        What the convolutions give, the two hidden layers, and the classes.
    method : str
        One of `references.sal.gradients.METHODS`.
    rng : numpy.random.Generator
        Draws all weights, the order of the images and how they are moved.
    shape : tuple of int
        Channels, height and width of an image.
    rate, momentum, decay, twice
        As in `references.sal.gradients.Layers`.
    flip, crop : bool
        Training images are mirrored at random, and shifted by up to four pixels.

    Attributes
    ----------
    w, feedback : list of ndarray, shape (n_in, n_out)
        Forward and feedback weights of the fully connected layers. Only `feedback` can be set.
    b : list of ndarray, shape (n_out,)
        Biases.

    Raises
    ------
    ModuleNotFoundError
        PyTorch is not installed.
    ValueError
        The sizes do not fit the images.
    """

    def __init__(
        self,
        sizes: Sequence[int],
        method: str,
        rng: np.random.Generator,
        *,
        shape: tuple[int, int, int],
        rate: float = 0.01,
        momentum: float = 0.9,
        decay: float = 0.0,
        twice: bool = True,
        flip: bool = True,
        crop: bool = False,
    ) -> None:
        if torch is None:
            raise ModuleNotFoundError("inputs.network conv needs PyTorch: pip install -r requirements-torch.txt")
        if method not in METHODS:
            raise ValueError(f"method must be one of {', '.join(METHODS)}, not '{method}'")
        side = ((shape[1] - KERNEL + 1) // 2 - KERNEL + 1) // 2
        if side < 1:
            raise ValueError(f"images of {shape[1]} x {shape[2]} pixels are too small for two convolutions")
        if sizes[0] != CHANNELS * side**2:
            raise ValueError(f"network.n_0 must be {CHANNELS * side**2} for these images, not {sizes[0]}")
        self.method, self.rng, self.shape, self.twice = method, rng, shape, twice
        self.flip, self.crop = flip, crop
        kernels = [(CHANNELS, shape[0], KERNEL, KERNEL), (CHANNELS, CHANNELS, KERNEL, KERNEL)]
        self._kernels, self._kernels_back = zip(*(self._pair(s, int(np.prod(s[1:]))) for s in kernels), strict=True)
        fully = list(zip(sizes[1:], sizes[:-1], strict=True))  # PyTorch has (n_out, n_in)
        self._w, self._back = zip(*(self._pair(s, s[1]) for s in fully), strict=True)
        self._b = [nn.Parameter(_tensor(rng.uniform(-1, 1, m) / np.sqrt(n))) for m, n in fully]
        self._norms = [nn.BatchNorm2d(CHANNELS), nn.BatchNorm2d(CHANNELS), *map(nn.BatchNorm1d, sizes[1:3])]
        decays = decay if method == "KP" else 0.0
        plain = [*self._b, *(values for norm in self._norms for values in norm.parameters())]
        weights = [*self._kernels, *self._w, *(self._back if method == "KP" else ())]
        groups = [{"params": weights, "weight_decay": decays}, {"params": plain}]
        self._optimiser = torch.optim.SGD(groups, lr=rate, momentum=momentum)

    def _pair(self, size: tuple[int, ...], n_in: int) -> tuple[Any, Any]:
        """Draw forward and feedback weights of one layer."""
        first, second = self.rng.uniform(-1, 1, (2, *size)) / np.sqrt(n_in)
        return nn.Parameter(_tensor(first)), nn.Parameter(_tensor(second), requires_grad=False)

    @property
    def w(self) -> list[np.ndarray]:
        """Forward weights of the fully connected layers."""
        return [w.detach().numpy().T.astype(float) for w in self._w]

    @property
    def b(self) -> list[np.ndarray]:
        """Biases of the fully connected layers."""
        return [b.detach().numpy().astype(float) for b in self._b]

    @property
    def feedback(self) -> list[np.ndarray]:
        """Feedback weights of the fully connected layers."""
        return [back.detach().numpy().T.astype(float) for back in self._back]

    @feedback.setter
    def feedback(self, values: Sequence[np.ndarray]) -> None:
        for back, new in zip(self._back, values, strict=True):
            back.data = _tensor(new.T)

    def used(self) -> list[np.ndarray]:
        """Return the weights through which errors travel back through the fully connected layers now."""
        pairs = zip(self._w, self._back, strict=True)
        return [self._returning(w, back).numpy().T.astype(float) for w, back in pairs]

    def _returning(self, w: Any, back: Any) -> Any:
        """Return the weights through which errors travel back."""
        if self.method == "BP":
            return w.detach()
        return back.abs() * w.detach().sign() if self.method == "SCFA" else back.detach()

    def _layer(self, operation: Any, x: Any, w: Any, returning: Any, bias: Any = None) -> Any:
        """Apply a layer whose error travels back through `returning`."""
        exact = operation(x.detach(), w, bias)
        return _detour(operation(x, returning), exact, exact.detach())

    def outputs(self, x: Any) -> Any:
        """Return the probabilities of the classes, shape (images, classes)."""
        random = self._kernels_back if self.method != "BP" else [w.detach() for w in self._kernels]
        for w, returning, norm in zip(self._kernels, random, self._norms[:2], strict=True):
            x = functional.max_pool2d(norm(torch.relu(self._layer(functional.conv2d, x, w, returning))), 2)
        x = x.flatten(1)
        for number, (w, b, back) in enumerate(zip(self._w, self._b, self._back, strict=True)):
            x = self._layer(functional.linear, x, w, self._returning(w, back), b)
            if number < 2:
                x = self._norms[2 + number](torch.relu(x))
        return torch.softmax(x, dim=1)

    def _loss(self, p: Any, y: Any) -> Any:
        """Return the mean cross-entropy."""
        return functional.cross_entropy(p, y) if self.twice else functional.nll_loss(torch.log(p + 1e-12), y)

    def _judged(self, x: np.ndarray) -> Any:
        """Return the probabilities of the classes with frozen normalisation."""
        for norm in self._norms:
            norm.eval()
        with torch.no_grad():
            images = _tensor(x).reshape(-1, *self.shape)
            return torch.cat([self.outputs(part) for part in images.split(500)])

    def loss(self, x: np.ndarray, y: np.ndarray) -> float:
        """Return the mean cross-entropy."""
        return float(self._loss(self._judged(x), torch.from_numpy(y)))

    def accuracy(self, x: np.ndarray, y: np.ndarray) -> float:
        """Return the share of images whose most probable class is the right one."""
        return float(np.mean(self._judged(x).argmax(dim=1).numpy() == y))

    def moved(self, images: np.ndarray) -> np.ndarray:
        """Mirror and shift images at random.

        Parameters
        ----------
        images : ndarray, shape (images, channels, height, width)
            They are not changed.

        Returns
        -------
        ndarray
            As many images.
        """
        if self.flip:
            images = np.where(self.rng.random((len(images), 1, 1, 1)) < 0.5, images[..., ::-1], images)
        if self.crop:
            padded = np.pad(images, ((0, 0), (0, 0), (4, 4), (4, 4)))
            corners = self.rng.integers(0, 9, (len(images), 2))
            _, height, width = self.shape
            parts = [one[:, r : r + height, c : c + width] for one, (r, c) in zip(padded, corners, strict=True)]
            images = np.stack(parts)
        return images

    def epoch(self, x: np.ndarray, y: np.ndarray, batch: int) -> None:
        """Learn from all images once, in random order."""
        for norm in self._norms:
            norm.train()
        order = self.rng.permutation(len(y))
        for first in range(0, len(y), batch):
            rows = order[first : first + batch]
            images = self.moved(x[rows].reshape(-1, *self.shape))
            self._optimiser.zero_grad()
            self._loss(self.outputs(_tensor(images)), torch.from_numpy(y[rows])).backward()
            if self.method == "KP":
                for w, back in zip(self._w, self._back, strict=True):
                    back.grad = w.grad.clone()
            self._optimiser.step()

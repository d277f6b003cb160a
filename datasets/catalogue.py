"""All corpora by name."""

from collections.abc import Callable
from typing import NamedTuple

from datasets import (
    cifar10,
    digits8,
    fashion_mnist,
    iris,
    mackey_glass,
    mnist,
    mnist1d,
    ptb,
    speech_commands,
    svhn,
    timit,
)
from datasets.base import Corpus, Dataset


class Entry(NamedTuple):
    """A loader, and what is known about its corpus."""

    load: Callable[..., Dataset]
    corpus: Corpus | None = None  # None: nothing to look for


CATALOGUE = {
    "mnist": Entry(mnist.load_mnist, mnist.CORPUS),
    "fashion-mnist": Entry(fashion_mnist.load_fashion_mnist, fashion_mnist.CORPUS),
    "cifar-10": Entry(cifar10.load_cifar10, cifar10.CORPUS),
    "svhn": Entry(svhn.load_svhn, svhn.CORPUS),
    "digits-8x8": Entry(digits8.load_digits8),
    "mnist-1d": Entry(mnist1d.load_mnist1d, mnist1d.CORPUS),
    "iris": Entry(iris.load_iris),
    "mackey-glass": Entry(mackey_glass.load_mackey_glass),
    "speech-commands": Entry(speech_commands.load_speech_commands, speech_commands.CORPUS),
    "timit": Entry(timit.load_timit, timit.CORPUS),
    "ptb": Entry(ptb.load_ptb, ptb.CORPUS),
}

"""Every test has a cache of its own and no corpora."""

import pytest

from datasets.catalogue import CATALOGUE


@pytest.fixture(autouse=True)
def data(tmp_path_factory, monkeypatch):
    """Return the folder of prepared arrays."""
    home = tmp_path_factory.mktemp("data")
    monkeypatch.setenv("LOCAL_CREDIT_DATA", str(home))
    for entry in CATALOGUE.values():
        if entry.corpus:
            monkeypatch.delenv(entry.corpus.variable, raising=False)
    monkeypatch.delenv("STANDIN_TEXT", raising=False)
    return home / "prepared"

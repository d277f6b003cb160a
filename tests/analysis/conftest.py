"""What the tests of pages share: a report of made-up results, and a browser."""

import shutil

import pytest

from tests.analysis.test_report import build, make_tree


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """Write the report of made-up results, once; return its first page."""
    root = tmp_path_factory.mktemp("tree")
    make_tree(root)
    return build(root, root / "results" / "quick" / "report")


@pytest.fixture(scope="session")
def browser():
    """Start headless Chromium, as it is installed on the machine."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("no Chromium on the PATH")
    api = pytest.importorskip("playwright.sync_api")
    with api.sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=program, args=["--no-sandbox", "--disable-background-networking", "--disable-gpu"]
        )
        yield running
        running.close()

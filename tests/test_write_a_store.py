"""The store of the how-to: all that the suite asks, of the very lines that the page shows."""

from __future__ import annotations

import atexit
import importlib
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orderflow.testing import StoreSuite
from tests import snippets

PAGE = Path(__file__).resolve().parent.parent / "docs/how-to/write-a-store.md"
BLOCKS = [block.code for block in snippets.blocks(PAGE.read_text(encoding="utf-8"))]
NAME = "orderflow_erp_store"
"""The blocks of the page as a module of a host, which other processes can import."""


def module_of_the_page() -> Any:
    """Write the page's blocks down as a module, without what runs three of the checks."""
    if NAME not in sys.modules:
        folder = tempfile.mkdtemp(prefix="orderflow-page-")
        atexit.register(shutil.rmtree, folder)
        code = "\n\n".join(BLOCKS).split("report = conformance(")[0]
        Path(folder, f"{NAME}.py").write_text(code, encoding="utf-8")
        sys.path.insert(0, folder)
    return importlib.import_module(NAME)


if TYPE_CHECKING:

    class TestErpStore(StoreSuite):
        """The suite of the page."""

else:
    TestErpStore = module_of_the_page().TestErpStore
    TestErpStore.threads, TestErpStore.kills = 4, 1


def test_the_store_of_the_page_is_under_150_lines() -> None:
    store = "\n".join(BLOCKS).split("from orderflow.testing import")[0]

    assert len([line for line in store.splitlines() if line.strip()]) < 150
    assert max(map(len, store.splitlines())) <= 100

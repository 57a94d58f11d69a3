"""What the tests of models share."""

from pathlib import Path

import pytest

from toys import all_texts, save_xlm_roberta


@pytest.fixture(scope="session")
def xlm_roberta(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a tiny plain XLM-R."""
    return save_xlm_roberta(tmp_path_factory.mktemp("models") / "tiny-xlm-r", all_texts(40, ("en", "de", "el")))

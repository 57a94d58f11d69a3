"""The JSON file of `isoglot verify`."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from isoglot.evaluation.files import LIBRARIES
from isoglot.files import write_text
from isoglot.versions import versions_of


def write_verification(record: Mapping[str, Any], path: Path) -> None:
    """Write what was retrieved, with the versions of what computed it."""
    content = {**record, "versions": versions_of((*LIBRARIES, "scipy"))}
    write_text(path, json.dumps(content, indent=2, ensure_ascii=False) + "\n")

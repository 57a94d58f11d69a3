"""Encoders that ONNX Runtime computes: faster for a question on a CPU."""

from isoglot.models.onnx.extra import check_extra
from isoglot.models.onnx.kept import with_onnx

__all__ = ["check_extra", "with_onnx"]

"""ONNX graphs: made from fitted scikit-learn pipelines, run by onnxruntime in one thread."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.errors import ModelFileError
from models.interface import Floats

OPSET = 18


def to_onnx(pipeline: Any, *, columns: int, name: str) -> bytes:
    """The pipeline as an ONNX graph with one float input `features` of shape (rows, columns).

    `name` goes into the file: skl2onnx would otherwise draw one by chance, and equal models would differ.
    """
    import skl2onnx  # heavy, and needed by who trains only
    from skl2onnx.common.data_types import FloatTensorType

    classifier = hasattr(pipeline, "predict_proba")
    graph = skl2onnx.to_onnx(
        pipeline,
        initial_types=[("features", FloatTensorType([None, columns]))],
        options={"zipmap": False} if classifier else None,
        name=name,
        target_opset=OPSET,
    )
    return bytes(graph.SerializeToString())


class Graph:
    """A loaded graph. Raises ModelFileError where the bytes are none."""

    def __init__(self, content: bytes) -> None:
        import onnxruntime  # a program that never scores need not load it

        options = onnxruntime.SessionOptions()
        # One small row per call: a second thread costs more than it brings, and takes a core from somebody else.
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        try:
            self._session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # onnxruntime's errors share no public class
            raise ModelFileError(f"not an ONNX graph that can be run: {error}") from error

    def run(self, output: str, features: Floats) -> NDArray[Any]:
        """One output of the graph for (rows, columns) of features."""
        return np.asarray(self._session.run([output], {"features": features})[0])

"""Inference: the helper facts that laws rest on, found, and proved by the very prover that proves the laws."""

from .search import Inferred, infer

__all__ = ["Inferred", "infer"]

"""The demo province: a whole Zhejiang of made-up people, the same at every load."""

from app.demo.loading import load
from app.demo.unfinished import clear, holds_somebody_real, is_unfinished

__all__ = ["clear", "holds_somebody_real", "is_unfinished", "load"]

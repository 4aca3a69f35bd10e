"""The demo province: a whole Zhejiang of made-up people, the same at every load."""

from app.demo.loading import load

__all__ = ["load"]

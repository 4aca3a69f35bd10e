"""Every test of this folder has a kind that it can import."""

from tests.app.imports.children import _kind  # noqa: F401

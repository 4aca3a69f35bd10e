"""One's own preferences; the webhooks of a jurisdiction."""

from app.notifications.views import preferences, webhooks  # noqa: F401
from app.notifications.views.blueprint import bp

__all__ = ["bp"]

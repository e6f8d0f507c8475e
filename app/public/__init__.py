"""The public endpoints, which anybody may reach: unsubscribing, choosing, counting, webhooks."""

from app.public.site import public_app

__all__ = ["public_app"]

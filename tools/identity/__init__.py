"""Who is who: customer ids of several systems that are one person's."""

from tools.identity.resolution import resolve

__all__ = ["resolve"]

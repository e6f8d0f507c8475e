"""Logs of the program itself: short lines on standard error, never between a command's answer."""

from __future__ import annotations

import logging
import sys

import structlog


def configure_logs() -> None:
    """Send logs to standard error, from warnings on; colours only on a terminal.

    Of an error only its place and words: what its frames held may be personal, or a secret.
    """
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.dev.ConsoleRenderer(
                colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
            ),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        # Standard error is looked up at every line: who runs commands may have replaced it.
        logger_factory=lambda *_: structlog.WriteLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )

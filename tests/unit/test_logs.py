"""What the program says of its own errors."""

from __future__ import annotations

import pytest
import structlog

from app.logs import configure_logs


def test_an_error_is_told_without_what_its_frames_held(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fail(address: str) -> None:
        raise ValueError(f"{len(address)} characters")

    before = structlog.get_config()
    try:
        configure_logs()
        try:
            fail("lena" + "@brand.example")
        except ValueError:
            structlog.get_logger().exception("task_failed")
    finally:
        structlog.configure(**before)
    said = capsys.readouterr().err
    assert "18 characters" in said
    assert "lena@brand" not in said

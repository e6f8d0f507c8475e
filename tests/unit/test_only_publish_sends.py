"""Mails are handed over in one place: workflows/publish.py, where no model is near."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOMS = [
    "agents",
    "app",
    "brand_voice",
    "domain",
    "evals",
    "ledger",
    "prompts",
    "tools",
    "workflows",
]
ALLOWED = {"workflows/publish.py"}


def senders(text: str, *, rows: bool = False) -> list[int]:
    """Lines that take a ``send`` from something, called or not, or ask for it by name.

    ``rows``: in the ledger, which can import no sender, a ``send`` that is not called is a row.
    """
    tree = ast.parse(text)
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr == "send":
            if id(node) in called or not rows:
                found.append(node.lineno)
        elif (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in ("getattr", "methodcaller", "attrgetter")
            and any(isinstance(a, ast.Constant) and a.value == "send" for a in node.args)
        ):
            found.append(node.lineno)
    return found


def test_one_caller() -> None:
    found = {
        f"{path.relative_to(ROOT)}:{line}"
        for room in ROOMS
        for path in (ROOT / room).rglob("*.py")
        if str(path.relative_to(ROOT)) not in ALLOWED
        for line in senders(path.read_text(encoding="utf-8"), rows=room == "ledger")
    }
    assert found == set()
    assert senders((ROOT / "workflows" / "publish.py").read_text(encoding="utf-8"))


def test_it_sees_every_way_to_ask() -> None:
    assert senders("await stack.sending.send(message)")
    assert senders("f = sender.send")
    assert senders("getattr(sender, 'send')(message)")
    assert senders("item.send.key")
    assert not senders("item.send.key", rows=True)
    assert senders("item.send(message)", rows=True)


def test_no_model_is_near() -> None:
    tree = ast.parse((ROOT / "workflows" / "publish.py").read_text(encoding="utf-8"))
    imported = {
        node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)
    } | {a.name for node in ast.walk(tree) if isinstance(node, ast.Import) for a in node.names}
    near = {m for m in imported if m.split(".")[0] in ("agents", "langgraph", "openai", "prompts")}
    assert near == set()

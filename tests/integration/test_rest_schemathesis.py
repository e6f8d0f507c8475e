"""No request that the description allows, and none near it, makes the REST API fail."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from app.rest import problems
from app.rest.api import create_rest_api
from app.stack import build_stack
from ledger import threads
from tests.integration.rest_world import RestWorld, make_rest_world
from tests.mailserver import MailServer
from workflows.pieces import Terms, brief_of, write_set
from workflows.stack import Stack

T = TypeVar("T")

CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
)
EXAMPLES = 12
"""Of one operation: with all of them the file stays well under a minute and a half."""
NOT_CALLED = re.compile(r"/events$|/connections/check$")
"""A stream need not end; and the doctor builds the voice's index, which takes long."""


def operations() -> list[tuple[str, str]]:
    """Path and method of all that is described."""
    described = create_rest_api(None).openapi()["paths"]  # type: ignore[arg-type]
    return sorted(
        (path, method)
        for path, of in described.items()
        for method in of
        if not NOT_CALLED.search(path)
    )


@dataclass
class Known:
    """A workspace, and ids of things that are in it, by the path that they belong to."""

    world: RestWorld
    ids: dict[str, str]
    etags: dict[str, str]


async def _make(world: RestWorld, real: Stack) -> Known:
    """A campaign that is scheduled, one that waits, a conversation; then the real, empty data."""
    site, people = world.desk.site, world.desk.people
    run_id, send_id = await world.to_scheduled()
    waiting = world.waiting(await world.to_publish_gate())
    with site.stack.ledger.read() as tx:
        brief, bound = brief_of(tx, run_id)
    owner = people["owner"]
    (piece,) = await write_set(
        site.stack, owner, brief, ["sms"], Terms(), run_id=run_id, brief_approval=bound
    )
    with site.stack.ledger.write() as tx:
        thread = threads.create(tx, people["owner"])
        turn = threads.begin_turn(tx, thread.id, people["owner"], "What can you do?")
    site.turns.begin(turn)
    await site.turns.join(turn.id)
    site.stack = replace(
        site.stack, customers=real.customers, people=real.people, analytics=real.analytics
    )
    ids = {
        "campaigns": run_id,
        "reports": run_id,
        "scheduled-sends": send_id,
        "approvals": waiting.id,
        "pieces": piece.id,
        "people": people["viewer"].id,
        "conversations": thread.id,
        "turns": turn.id,
    }
    return Known(world, ids, {"approvals": waiting.content_hash, "pieces": piece.content_hash})


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Known]:
    """In a loop beside: the client is synchronous."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    def run(work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, loop).result(120)

    folder = tmp_path_factory.mktemp("rest")
    server = MailServer()
    run(server.__aenter__())
    entered = make_rest_world(folder, smtp_port=server.port)
    world = run(entered.__aenter__())
    yield run(_make(world, build_stack(world.desk.site.workspace)))
    run(entered.__aexit__(None, None, None))
    run(server.__aexit__(None, None, None))
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)


@pytest.fixture(scope="module")
def schema(known: Known) -> Any:
    web = FastAPI(openapi_url=None)  # without the guard: this client calls itself another host
    problems.install(web)  # a path that no route could hold ends here
    api = create_rest_api(known.world.desk.site)
    _without_tuples(api.openapi())
    web.mount("/v1", api)
    return schemathesis.openapi.from_asgi("/v1/openapi.json", web)


def _without_tuples(node: Any) -> None:
    """Lists of any of their members instead: schemathesis turns prefixItems into what its own
    validator then refuses."""
    if isinstance(node, dict):
        if "prefixItems" in node:
            node["items"] = {"anyOf": node.pop("prefixItems")}
        for value in node.values():
            _without_tuples(value)
    elif isinstance(node, list):
        for value in node:
            _without_tuples(value)


@pytest.mark.parametrize(("path", "method"), operations())
def test_no_operation_fails(path: str, method: str, known: Known, schema: Any) -> None:
    operation = schema[path][method]
    authorized = {"Authorization": f"Bearer {known.world.desk.token('owner')}"}
    place = path.split("/")[1]
    takes = operation.body or operation.query or operation.path_parameters
    modes = list(GenerationMode) if takes else [GenerationMode.POSITIVE]
    cases = st.one_of(*(operation.as_strategy(generation_mode=mode) for mode in modes))

    @settings(
        max_examples=EXAMPLES if takes else 1,
        deadline=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases, real=st.booleans())
    def call(case: Any, real: bool) -> None:
        headers = dict(authorized)
        if real and place in known.ids and "id" in (case.path_parameters or {}):
            case.path_parameters["id"] = known.ids[place]
            if place in known.etags:
                headers["If-Match"] = f'"{known.etags[place]}"'
        # How long an answer takes says more of the machine than of the code.
        case.call_and_validate(headers=headers, checks=list(CHECKS), timeout=120)

    call()

"""No request that the description allows, and none near it, makes the REST API fail."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from typing import Any

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
from tests.desk_world import Desk, make_desk

CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
)
EXAMPLES = 10
"""Of one operation and mode: with all of them the file stays well under a minute."""
STREAMS = "/events"


def operations() -> list[tuple[str, str]]:
    """Method and path of all that is described; a stream never ends, so none is called."""
    described = create_rest_api(None).openapi()["paths"]  # type: ignore[arg-type]
    return sorted(
        (path, method) for path, of in described.items() for method in of if STREAMS not in path
    )


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A real small workspace, in a loop beside: the client is synchronous."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    entered = make_desk(tmp_path_factory.mktemp("rest"))
    made = asyncio.run_coroutine_threadsafe(entered.__aenter__(), loop).result(60)
    yield made
    asyncio.run_coroutine_threadsafe(entered.__aexit__(None, None, None), loop).result(60)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)


@pytest.fixture(scope="module")
def schema(desk: Desk) -> Any:
    # Without the guard, which refuses the host that this client calls itself.
    web = FastAPI(openapi_url=None)
    problems.install(web)  # a path that no route could hold ends here
    web.mount("/v1", create_rest_api(desk.site))
    return schemathesis.openapi.from_asgi("/v1/openapi.json", web)


@pytest.mark.parametrize(("path", "method"), operations())
def test_no_operation_fails(path: str, method: str, desk: Desk, schema: Any) -> None:
    operation = schema[path][method]
    headers = {"Authorization": f"Bearer {desk.token('owner')}"}
    cases = st.one_of(
        *(operation.as_strategy(generation_mode=mode) for mode in GenerationMode)
        if operation.body or operation.query or operation.path_parameters
        else [operation.as_strategy()]
    )

    @settings(
        max_examples=2 * EXAMPLES,
        deadline=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases)
    def call(case: Any) -> None:
        case.call_and_validate(headers=headers, checks=list(CHECKS))

    call()

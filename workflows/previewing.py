"""An audience beside every group that there is: what the desk, the assistant and the command line
show of a rule before anybody is written to."""

from __future__ import annotations

import asyncio

from domain.predicate import Predicate
from tools.cdp.port import AudiencePreview, Named
from workflows.saved_segments import saved
from workflows.segments import standing
from workflows.stack import Stack


async def preview(stack: Stack, rule: Predicate) -> AudiencePreview:
    """Raises CdpError no_data, unknown_field, no_rhythm, mixed_currencies; SegmentNameError;
    SegmentsError unreadable_segments."""
    described = await stack.customers.describe()
    beside = [Named(name=one.name, rule=one.rule) for one in standing(described)]
    beside += [
        Named(name=f"“{one.name}”", rule=one.rule) for one in await asyncio.to_thread(saved, stack)
    ]
    return await stack.customers.preview(rule, [one for one in beside if one.rule != rule])

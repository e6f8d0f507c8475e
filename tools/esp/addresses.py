"""Which of many addresses a mail can be written to."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from tools.esp.mime import LONGEST_ADDRESS, PLAIN, ascii_address
from tools.esp.port import SendError


def usable(addresses: pa.Array) -> pa.Array:
    """Whether ``ascii_address`` takes each of them. Plain ones are told apart in one go; the others
    are asked about one by one. One that is not there is not usable."""
    short = pc.less_equal(pc.utf8_length(addresses), LONGEST_ADDRESS)
    plain = pc.and_(pc.match_substring_regex(addresses, rf"\A(?:{PLAIN})\z"), short)
    found = pc.fill_null(plain, False)
    if pc.all(found).as_py():
        return found
    odd = addresses.filter(pc.and_(pc.invert(found), pc.is_valid(addresses)))
    good = pa.array([one for one in pc.unique(odd).to_pylist() if _taken(one)], pa.string())
    return pc.or_(found, pc.is_in(addresses, value_set=good))


def _taken(address: str) -> bool:
    try:
        ascii_address(address)
    except SendError:
        return False
    return True

"""Phrases about stages of life, what people agreed to, and what they did not do then."""

from __future__ import annotations

import re
from datetime import timedelta

from agents.house.goal_dates import back, count_of
from agents.house.goal_text import Rule
from agents.tasks import GoalText
from domain.customer import ConsentPurpose
from domain.predicate import Agreed, Predicate, Stage
from domain.predicate.clauses import StageName

_CHANNELS: tuple[tuple[str, ConsentPurpose], ...] = (
    (r"sms|text messages?|texts|textnachrichten", "sms_marketing"),
    (r"push(?:[- ](?:messages?|notifications?|nachrichten))?", "push_marketing"),
    (r"(?:phone |telephone )?calls|telefonanrufe?n?|anrufe?n?", "phone_marketing"),
    (r"(?:post|letters?|postal mail|briefpost|briefe?n?)", "post_marketing"),
)
_CHANNEL = "|".join(pattern for pattern, _ in _CHANNELS)


def _agreed(match: re.Match[str], given: GoalText) -> Predicate | None:
    said = next(match[name] for name in ("to", "with", "zu", "mit") if match[name])
    return next(
        (Agreed(purpose=one) for pattern, one in _CHANNELS if re.fullmatch(pattern, said)), None
    )


def _days(match: re.Match[str], given: GoalText) -> int | None:
    count, unit = match["n"] or match["n2"], match["unit"] or match["unit2"]
    days = (given.today - back(given.today, count_of(count), unit)) // timedelta(days=1)
    return days if days > 0 else None


def _stage(stage: StageName, pattern: str, means: str, examples: tuple[str, ...]) -> Rule:
    rule = Stage(stages=(stage,))
    return Rule("predicate", pattern, means, examples, lambda match, given: rule)


_LEAD = r"(?:our |all |the |those |unsere |alle |die )*"
_WHO = r"(?:(?:<PEOPLE>|those|everyone|everybody) )?(?:who |that )?(?:are |is )?"

CONSENT = Rule(
    "predicate",
    r"(?:who |that )?(?:have |has |had )?(?:agreed|agree|consented|opted in|signed up) "
    rf"(?:to (?:receive |get |receiving |getting )?|for )?(?P<to>{_CHANNEL})|"
    rf"with (?:an? )?(?P<with>{_CHANNEL})[- ](?:consent|opt-?in|permission)|"
    rf"(?:die |wer )?(?:in )?(?P<zu>{_CHANNEL}) (?:zugestimmt|eingewilligt|erlaubt)"
    rf"(?: haben| hat)?|mit (?P<mit>{_CHANNEL})[- ]?(?:einwilligung|zustimmung|erlaubnis)",
    "people whose latest answer for that channel is yes",
    ("who agreed to SMS", "with SMS consent", "die SMS zugestimmt haben"),
    _agreed,
)
"""Read before what is not possible: mails are not the only channel that people agree to."""

LIFE: tuple[Rule, ...] = (
    _stage(
        "at_risk",
        rf"{_LEAD}(?:at[- ]risk|gefährdete[nr]?) (?:<PEOPLE>)|{_WHO}(?:currently )?at risk"
        r"(?: of (?:leaving|lapsing|churning|being lost))?",
        "people whose silence breaks the rhythm of three of four waits between purchases",
        ("customers at risk", "gefährdete Kunden"),
    ),
    _stage(
        "active",
        rf"{_LEAD}(?:active|aktive[nr]?) (?:<PEOPLE>)",
        "people who came back, and are within three of four waits between purchases",
        ("active customers", "aktive Kunden"),
    ),
    _stage(
        "won_back",
        rf"{_LEAD}(?:won-back|won back|zurückgewonnene[nr]?|wiedergewonnene[nr]?) (?:<PEOPLE>)|"
        r"(?:<PEOPLE>) (?:whom |who |that )?we(?:'ve| have)? won back",
        "people who bought lately, after a wait longer than nine of ten are",
        ("customers we won back", "zurückgewonnene Kunden"),
    ),
    _stage(
        "lapsed",
        r"(?:<PEOPLE>) (?:who |that )?(?:have |has |are )?lapsed by (?:their|our|the) rhythm|"
        rf"{_LEAD}nach ihrem rhythmus (?:verlorene[nr]?|inaktive[nr]?) (?:<PEOPLE>)",
        "people silent for longer than nine of ten waits between purchases",
        ("customers who have lapsed by their rhythm", "nach ihrem Rhythmus verlorene Kunden"),
    ),
    Rule(
        "not_then",
        r"(?:(?:and|but) )?(?:who )?(?:then )?(?:did not|didn't|have not|haven't|never) (?:then )?"
        r"(?:buy|bought|order|ordered|purchase|purchased)(?: (?:it|one|anything|them))? within "
        r"(?P<n><COUNT>) (?P<unit><UNIT>)(?: (?:after(?:wards| that| it)?|of (?:it|that)))?|"
        r"(?:(?:und|aber) )?(?:dann |danach )?(?:innerhalb von|binnen|in) (?P<n2><COUNT>) "
        r"(?P<unit2><UNIT>) (?:danach |darauf )?(?:nicht|nichts|keine[nr]?s?) (?:gekauft|bestellt)"
        r"(?: haben| hat)?",
        "no purchase in so many days after what stands before it",
        ("but did not buy within 7 days", "und binnen 7 Tagen nicht gekauft haben"),
        _days,
    ),
)

"""Phrases that describe people: what they bought, did and spent, and where they live."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

from agents.house.goal_dates import back, count_of, resolve
from agents.house.goal_places import LIVING_IN, SPEAKING
from agents.house.goal_rules import _times
from agents.house.goal_text import Rule, first_number
from agents.tasks import GoalText
from domain.predicate import AllOf, Bought, Did, NotThat, Predicate

NEW_DAYS = 90
"""How long a customer is new, where no period is said."""
LAPSED_MONTHS = 12
"""How long without a purchase is lapsed, where no period is said and the data hold too few returns
to tell the customers' own rhythm."""
DUE_DAYS = 90
"""How long ago a service may have fallen due."""


def _last_bought(match: re.Match[str], given: GoalText) -> Predicate | None:
    """Bought then, and not since."""
    first: date | None = None
    if match["n"]:
        end = back(given.today, count_of(match["n"]), match["unit"])
    else:
        span = resolve(match["date"], given.today, past=True)
        if span is None:
            return None
        end = span.first
        if match["how"] not in ("before", "vor"):
            first, end = span.first, span.last + timedelta(days=1)
    return AllOf(of=(Bought(since=first, before=end), NotThat(that=Bought(since=end))))


def _due(match: re.Match[str], given: GoalText) -> Predicate | None:
    if given.event_names and "Service Due" not in given.event_names:
        return None
    return Did(event="Service Due", since=given.today - timedelta(days=DUE_DAYS))


def _event(name: str) -> Callable[[re.Match[str], GoalText], object | None]:
    def read(match: re.Match[str], given: GoalText) -> str | None:
        known = not given.event_names or name.removeprefix("not ") in given.event_names
        return name if known else None

    return read


_HAVE = r"(?:(?:have|has|had|'ve|did|do|does) )?(?:(?:ever|already|also|actually) )?"
_ANY = r"(?: (?:anything|something|from us|with us|here|at all|again|bei uns|etwas|wieder|schon))*"
NOT = Rule(
    "not",
    r"(?:have|has|had|did|do|does|is|are|was|were)(?:n't| not)(?: yet| ever)?|"
    r"(?:but |and |please |bitte )*(?:except(?:ing)?(?: for)?|excluding|exclude|unless|apart "
    r"from|other than|"
    r"leav(?:e|ing) out|skip(?:ping)?|omit(?:ting)?|rather than|instead of|außer|ausgenommen|"
    r"ausgeschlossen|"
    r"mit ausnahme (?:von|der)|abgesehen von|anstatt|anstelle von|statt)|(?:and |but |yet )?"
    r"(?:never|not yet|not|nor|none|no longer|neither|nothing(?: else| more)?|no|"
    r"without|with no)(?: "
    r"(?:ever|any ?more|again|"
    r"any))?|"
    r"(?:noch )?(?:weder|nicht|nie(?:mals)?|nichts|kein(?:e|en|em|er|es)?|ohne)(?: mehr| wieder)?",
    "turns round what follows",
    ("except people who", "außer", "haven't bought", "noch nicht gekauft", "but no ring"),
)

DUE = 7
"""So many phrases, about services and viewings above all, are read before the articles are."""
_NEGATED = r"(?:(?<=n't )|(?<=not )|(?<=never )|(?<=did ))"
"""A verb in its bare form speaks of what people did only after "did not"."""
PEOPLE_FIRST: tuple[Rule, ...] = (
    Rule(
        "event",
        r"(?:who |that |die )?(?:have |had )?(?:booked|had|made) no (?:viewing|appointment)s?|"
        r"keine(?:n)? (?:besichtigung|besichtigungstermin|termin)(?:en)? (?:gebucht|vereinbart)"
        r"(?: haben| hatten| hat)?",
        "people without a Viewing Booked",
        ("booked no viewing",),
        _event("not Viewing Booked"),
    ),
    Rule(
        "predicate",
        r"(?:(?:whose|with a|deren|dessen) )?(?:watch |ring |uhr )?(?:service|servicing|wartung|"
        r"revision|inspektion)s? (?:is |are |fall(?:s|ing)? |that is |that are |ist |wird |"
        r"sind )?(?:over)?(?:due|fällig)(?: (?:ist|sind|wird|werden))?|with an? overdue (?:watch "
        r")?servic(?:e|ing)|"
        r"(?:mit )?(?:einer )?überfällige[nr]? (?:wartung|revision|inspektion)|(?:is |are |falls "
        r"|fall )?"
        r"(?:over)?due for (?:an? |its |their )?(?:watch )?servic(?:e|ing)|(?:ist |sind )?(?:zur |"
        r"für die |eine )?(?:wartung|revision|inspektion) (?:ist |sind )?fällig(?: ist| sind)?",
        f"people with a Service Due in the last {DUE_DAYS} days",
        ("whose service is due", "deren Wartung fällig ist"),
        _due,
    ),
    Rule(
        "event",
        rf"(?:who |that |die )?(?:have |had )?(?:booked|had|made|came to|come to|been to|"
        rf"{_NEGATED}book) (?:an? |"
        r"the |their )?(?:viewing|viewing appointment)s?|(?:eine |die )?(?:besichtigung|"
        r"besichtigungstermin)(?:en)? (?:gebucht|vereinbart)(?: haben| hatten)?",
        "people with a Viewing Booked",
        ("booked a viewing",),
        _event("Viewing Booked"),
    ),
    Rule(
        "event",
        rf"(?:who |that |die )?(?:have |had )?(?:booked|had|"
        rf"{_NEGATED}book|brought .{{1,20}} in for) (?:an? |the |"
        r"their )?"
        r"(?:watch )?service|(?:eine |die )?(?:wartung|revision) (?:gebucht|machen lassen)"
        r"(?: haben| hatten| hat)?|(?:zur|in die) (?:wartung|revision|inspektion) (?:gebracht|"
        r"gegeben)(?: haben| hatten| hat)?",
        "people with a Service Booked",
        ("booked a service",),
        _event("Service Booked"),
    ),
    Rule(
        "event",
        rf"(?:have |has )?(?:clicked|"
        rf"{_NEGATED}click)(?: on)?(?: (?:an? |our |the |any )?(?:last |latest )?(?:e-?mail|"
        r"mail|link|"
        r"newsletter)s?)?|(?:auf (?:einen |den )?(?:link|mail|newsletter) )?geklickt(?: haben)?",
        "people with an Email Link Clicked",
        ("clicked a link",),
        _event("Email Link Clicked"),
    ),
    Rule(
        "event",
        rf"(?:have |has )?(?:opened|"
        rf"{_NEGATED}open)(?: (?:an? |our |the |any )?(?:last |latest )?(?:e-?mail|mail|"
        r"newsletter)s?)|(?:(?:eine |unsere |den |die )?(?:e-?mail|mail|newsletter)s? )?geöffnet"
        r"(?: haben)?",
        "people with an Email Opened",
        ("opened our newsletter",),
        _event("Email Opened"),
    ),
    Rule(
        "event",
        rf"(?:who |that )?(?:have |has |had )?(?<!most )(?:looked at|viewed|browsed|"
        rf"{_NEGATED}(?:look at|view|browse)|checked out|"
        r"visited the page of)|"
        r"(?:angesehen|angeschaut|betrachtet)(?: haben| hatten)?|(?:sich )?(?:ansahen|anschauten)",
        "people with a Product Viewed",
        ("looked at the 1972 chronograph", "angesehen haben"),
        _event("Product Viewed"),
    ),
    Rule(
        "spent",
        r"(?:who )?(?:have |has )?(?:spent|spend|paid|bought for|worth|with (?:a )?(?:value|"
        r"revenue|turnover) "
        r"of)(?: with us)? ?(?P<how>at least|over|more than|at most|less than|up to|under|"
        r"a total of)? ?(?P<amount><MONEY>)(?: (?:or more|and more|or less|in total|with us|so far|"
        r"all in all))*|(?:(?:für|mit) )?(?:insgesamt )?(?:mindestens|mehr als|über|wenigstens|"
        r"höchstens|"
        r"weniger als|bis zu|unter|ab)? ?(?P<a2><MONEY>)(?: oder mehr| umsatz| insgesamt)*"
        r"(?: bei uns)? (?:ausgegeben|bezahlt|gekauft|umsatz gemacht)(?: haben| hatten)?",
        "people by what they spent, net",
        ("spent at least € 2,000", "mehr als 500 € ausgegeben haben"),
        lambda m, g: _spent(m),
    ),
    Rule(
        "spent",
        r"(?:who )?(?:have |has )?(?:spent|spend|paid) between (?P<low><NUM>)(?: ?(?:€|eur|"
        r"euros?))? and "
        r"(?P<high><MONEY>)(?: (?:in total|with us|so far))*|zwischen (?P<low2><NUM>)(?: ?(?:€|"
        r"eur|euro))? "
        r"und (?P<high2><MONEY>)(?: bei uns)? (?:ausgegeben|bezahlt)(?: haben| hatten)?",
        "people by what they spent, net",
        ("spent between 200 and 500 euros", "zwischen 200 und 500 € ausgegeben haben"),
        lambda m, g: (
            first_number(m["low"] or m["low2"]), first_number(m["high"] or m["high2"])
        ),
    ),
    Rule(
        "new",
        r"(?:our |all |unsere |alle )?(?:brand[- ])?(?:new|first-time|fresh|neue[nr]?) "
        r"(?:<PEOPLE>)|"
        r"newcomers|neukund(?:en|innen)|erstkäufer(?:n|innen)?|(?:who )?bought for the first time|"
        r"zum ersten mal gekauft(?: haben)?",
        f"people whose first purchase was in the period said, else in the last {NEW_DAYS} days",
        ("new customers", "Neukunden"),
    ),
    Rule(
        "lapsed",
        r"(?:our |all |unsere |alle )?(?:lapsed|dormant|inactive|sleeping|former|lost|"
        r"inaktive[nr]?|"
        r"ehemalige[nr]?|eingeschlafene[nr]?|verlorene[nr]?|schlafende[nr]?) (?:<PEOPLE>)|"
        r"(?:who |that )?(?:have |has |had )?(?:been|gone|went|fallen|are|is) (?:quiet|silent|"
        r"inactive|"
        r"lapsed|dormant)|(?:die )?(?:seit )?inaktiv (?:sind|waren|geworden)",
        "people who bought, and not in the period said; without one, people silent for longer than "
        "nine of ten waits between purchases, or where the data hold too few waits to tell, not in "
        f"{LAPSED_MONTHS} months",
        ("lapsed customers", "inaktive Kunden"),
    ),
    Rule(
        "predicate",
        r"(?:(?:and|und) )?(?:(?:whose|deren|dessen|where the|with (?:a|their)) (?:very )?(?:last|"
        r"latest|most recent|"
        r"letzte[rn]?) (?:purchase|order|buy|kauf|einkauf|bestellung)|(?:who |that )?(?:have |"
        r"has )?last (?:bought|ordered|purchased|shopped)|zuletzt) (?:(?:was|is|lies|dates|"
        r"liegt|ist|war|"
        r"being) )*(?:(?:(?:more than|over|longer than|at least|mehr als|länger als|über|"
        r"mindestens|vor|schon) )*"
        r"(?P<n><COUNT>) (?P<unit><UNIT>) ?(?:ago|back|her ist|her|zurückliegt|zurück liegt|"
        r"zurück|liegt|war|ist)|"
        r"(?P<how>before|vor|in|im|during) (?:dem |the |jahr )?(?P<date><DATE>)(?: (?:war|liegt|"
        r"ist|stattfand))?)",
        "people who bought, and whose last order was then",
        (
            "whose last order was more than a year ago",
            "deren letzter Kauf länger als 18 Monate her ist",
        ),
        lambda m, g: _last_bought(m, g),
    ),
    Rule(
        "channel",
        r"(?:in|at|from|im|in der|in unserer|in unserem) (?:the |our |der |dem )?(?:munich |"
        r"münchner )?"
        r"boutique|in-boutique",
        "bought in the boutique",
        ("in the boutique",),
        lambda m, g: "boutique",
    ),
    Rule(
        "channel",
        r"(?:by|over|via|on|per|am) (?:the |our )?(?:phone|telephone|telefon)|telefonisch",
        "bought by phone",
        ("by phone",),
        lambda m, g: "phone",
    ),
    Rule(
        "channel",
        r"(?:in|at|from|via|through|im|über den|über unseren) (?:the |our |unserem )?(?:(?:online|"
        r"web)[- ]?)?(?:shop|store)|online|im netz|on the web(?:site)?",
        "bought in the shop",
        ("online", "im Shop"),
        lambda m, g: "shop",
    ),
    *SPEAKING,
    *LIVING_IN,
)  # fmt: skip


def _times_of(match: re.Match[str], count: int) -> tuple[int, int | None]:
    words = match.group()
    if re.search("more than|mehr als", words):
        return count + 1, None
    if re.search("at most|höchstens", words):
        return 1, count
    return (count, count) if re.search("exactly|genau", words) else (count, None)


def _spent(match: re.Match[str]) -> tuple[object, object] | None:
    amount = first_number(match["amount"] or match["a2"])
    if amount is None:
        return None
    most = re.search(
        r"less than|at most|up to|under|weniger als|höchstens|bis zu|unter", match.group()
    )
    return (None, amount) if most else (amount, None)


VERBS: tuple[Rule, ...] = (
    Rule(
        "times_people",
        r"(?:with |mit |having |who (?:have |made |placed )+|who've (?:made |placed )?)(?:(?:at "
        r"least|more than|"
        r"exactly|mindestens|mehr als|genau|wenigstens|at most|höchstens) )?(?P<n><COUNT>) "
        r"(?:(?:or "
        r"more|oder mehr) )?"
        r"(?:orders?|purchases?|bestellungen|käufen|bestellung|kauf)(?: (?:or more|oder mehr))?",
        "people by how often they bought",
        ("with two or more orders", "mit mindestens drei Bestellungen"),
        lambda m, g: _times_of(m, count_of(m["n"])),
    ),
    Rule(
        "times",
        r"(?:(?:at least|more than|at most|exactly|only|just|over|mindestens|mehr als|höchstens|"
        r"genau|nur|wenigstens|öfter als|einmal oder) )?(?:once|twice|one time|ein ?mal|zwei ?mal|"
        r"(?:<COUNT>)[ -]?(?:times|mal)|drei ?mal|vier ?mal|fünf ?mal|(?:<COUNT>) (?:orders|"
        r"purchases|bestellungen|käufe))(?: (?:or more|or more often|oder mehr|oder öfter|and "
        r"more|oder häufiger))?(?: only)?",
        "how often they bought: distinct orders that are not cancellations",
        ("twice or more", "mindestens zweimal", "exactly once"),
        _times,
    ),
    Rule(
        "bought",
        rf"(?:who |that |which |who've |they've )?{_HAVE}(?:bought|purchased|ordered|shopped|"
        rf"been back|come back|"
        rf"came back|returned|made an? (?:purchase|order)|placed an? order|buy|purchase|order)"
        rf"{_ANY}(?: it| them)?",
        "people by their purchases",
        ("who bought",),
        lambda m, g: "en",
    ),
    Rule(
        "times",
        r"(?:at least|more than|exactly|mindestens|mehr als|genau|wenigstens|at most|höchstens) "
        r"(?P<n><COUNT>)(?= \x00)",
        "how often they bought the article that follows",
        ("at least two watches",),
        lambda m, g: _times_of(m, count_of(m["n"])),
    ),
    Rule(
        "bought",
        r"(?:(?<=ohne )|(?<=without )|(?<=with no )|(?<=no ))(?:an? |any |eine[nr]? )?(?:further |"
        r"weiteren? )?(?:kauf|einkauf|bestellung|purchases?|orders?)(?! (?:code|value))",
        "people by their purchases",
        ("ohne Kauf",),
        lambda m, g: "de",
    ),
    Rule(
        "bought",
        rf"(?:{_ANY[:-1]} )?(?:sie |es )?(?:(?:ein)?gekauft|bestellt|erworben|zugegriffen)"
        r"(?: haben| hatten| hat)?|kauften|bestellten|kaufen",
        "people by their purchases",
        ("gekauft haben",),
        lambda m, g: "de",
    ),
    Rule(
        "times_people",
        r"(?:our |all )?(?:one[- ]time|single[- ]purchase|repeat|returning|einmal|mehrfach|wieder|"
        r"wiederholungs)[- ]?(?:<PEOPLE>)",
        "people who bought exactly once, or twice and more",
        ("one-time buyers", "Mehrfachkäufer"),
        lambda m, g: (1, 1) if re.search("one|single|einmal", m.group()) else (2, None),
    ),
    Rule(
        "channel_people",
        r"(?:our |all )?(?P<where>shop|store|online|web|boutique|in-store|phone|telephone|telefon|"
        r"laden|onlineshop)[- ]?(?:<PEOPLE>)",
        "people who bought there",
        ("shop customers", "Boutiquekunden"),
        lambda m, g: (
            "boutique" if m["where"] == "boutique" else "phone" if "phone" in m["where"]
            or "telefon" in m["where"] else "shop"
        ),
    ),
    Rule(
        "owner",
        r"(?:buyers|owners|wearers|purchasers) of|(?:(?:who|that|already|also|still|they) )*"
        r"(?:own|wear)s?(?= (?:an? |the |one |our |any |no |at least one )?\x00)|"
        r"(?:who|that)(?: already| also| still)? have(?= (?:an? |the |one |our |no )?\x00)|"
        r"käufer(?:n|innen)? "
        r"(?:von|eines|einer)|besitzer(?:n|innen)? (?:von|eines|einer)",
        "people who bought the article that follows",
        ("owners of", "Käufer von"),
    ),
    Rule(
        "owner",
        r"(?<=\x00 )(?:schon |bereits |noch )?(?:haben|besitzen|tragen)(?=\s*[,.;:!?)]|\s*$| und|"
        r" oder| aber)",
        "people who bought the article before",
        ("einen Ring haben",),
        lambda m, g: "de",
    ),
    Rule(
        "owner_after",
        r"(?:(?<=\x00 )|(?<=\x00-))(?:buyers|owners|wearers|customers|clients|shoppers)",
        "people who bought the article named just before",
        ("watch buyers", "ring owners"),
    ),
    Rule(
        "everyone",
        r"(?:to |an )?(?:simply )?(?:(?:all|every|all of|alle|allen|aller|sämtliche[nr]?|"
        r"jede[nrms]?) "
        r"(?:of )?(?:our |the |unsere[nr]? |registered )?(?:existing |bestehende[nr]? "
        r")?(?:<PEOPLE>)|"
        r"everyone|everybody|all|alle(?=[,. ])|allen(?=[,. ])|jede[nm](?=[,. ]))",
        "everyone, as far as nothing narrower is said",
        ("all customers", "everyone"),
    ),
    Rule(
        "people",
        r"(?:to |an |for |für )?(?:(?:our|the|those|only|just|existing|unsere[nr]?|die|den|nur|"
        r"diejenigen|of our|bestehende[nr]?|stamm) ?)*(?:<PEOPLE>|those|denen|diejenigen)",
        "people; what follows says which",
        ("customers", "Kunden"),
    ),
)  # fmt: skip

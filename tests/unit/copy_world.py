# ruff: noqa: E501 (patterns and sentences are read whole)
"""Two small brands for tests of copy: a watch house with a library, a gift shop with little."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from agents.tasks import CopyQuestion
from domain.brief import AudienceEvidence, Brief, Holdout, KpiTarget, Offer
from domain.facts import Facts, HouseFact, Product
from domain.figures import Figure
from domain.goal import Goal, Kpi, Objective
from domain.money import Money
from domain.pictures import Photo, Rights
from domain.predicate import Bought
from domain.voice import Greeting, Guide, LegalLine, Passage

WATCH = Product(
    id="watch-1968-dress",
    name="1968 dress watch",
    category="watch",
    reference="168.005",
    year=1968,
    size_mm=34,
    material="steel",
    condition="Worn with care",
    flaws=("a scratch at seven o'clock",),
    details=(
        "Our watchmaker had it apart in March.",
        "It is hand-wound and gains about six seconds a day.",
    ),
    warranty_months=24,
    price=Money(amount=Decimal(2450), currency="EUR"),
    lowest_price_30_days=Money(amount=Decimal(2450), currency="EUR"),
    stock=1,
    url="https://halden.example/watch-1968-dress",
    photo=Photo(
        path="images/w.png",
        alt="A steel watch on a grey cloth",
        width=10,
        height=10,
        alts={"de": "Eine Stahluhr auf grauem Tuch"},
        rights=Rights(owner="Halden", licence="our own", channels=("email", "instagram")),
    ),
    notes={
        "de": (
            "Unser Uhrmacher hatte sie im März zerlegt.",
            "Sie hat Handaufzug und geht etwa sechs Sekunden am Tag vor.",
        ),
        "de.name": ("Dresswatch von 1968",),
        "de.gender": ("f",),
        "de.flaws": ("ein Kratzer bei sieben Uhr",),
        "de.condition": ("Sorgsam getragen",),
        "de.material": ("Stahl",),
    },
)
RING = Product(
    id="ring-river",
    name="river ring",
    category="ring",
    material="750 gold",
    details=("It is cast and finished in our workshop.",),
    price=Money(amount=Decimal(890), currency="EUR"),
    lowest_price_30_days=Money(amount=Decimal(890), currency="EUR"),
    stock=4,
    url="https://halden.example/ring-river",
)
HOUSE = (
    HouseFact(id="house.watchmaker", text="Our own watchmaker works behind the shop in Munich."),
    HouseFact(id="house.viewing", text="A viewing takes half an hour and costs nothing."),
    HouseFact(
        id="house.uhrmacher",
        text="Unser Uhrmacher arbeitet hinter dem Laden in München.",
        language="de",
    ),
)
FACTS = Facts(products=(WATCH, RING), house=HOUSE)
GUIDE = Guide(
    brand="Halden",
    principles=("Discounts rarely; always with price, reason and end date.",),
    banned=("timeless", "exquisite", "elevate", "iconic", "must-have", "investment"),
    cliches=("treat yourself", "perfect gift"),
    sentence_words_average=12,
    exclamation_marks=False,
    emoji=False,
    percent_off_most=0.1,
    greetings=(
        Greeting(
            language="en", with_name="Good morning {{first_name}},", without_name="Good morning,"
        ),
        Greeting(language="de", with_name="Guten Tag {{first_name}},", without_name="Guten Tag,"),
    ),
    closings=(("en", "Halden, Munich"), ("de", "Halden, München")),
    legal=(LegalLine(id="imprint", language="en", text="Halden GmbH, HRB 1"),),
    postal_address="Halden, Sendlinger Str. 1, 80331 Munich",
    shop_url="https://halden.example",
    allowed_hosts=("halden.example",),
)


def passage(id_: str, kind: Any, text: str, angle: str = "", **more: Any) -> Passage:
    return Passage(
        id=id_, kind=kind, text=text, angle=angle, source=more.pop("source", id_), **more
    )


LIBRARY = (
    passage("s1", "subject", "{product.the_name}, and its one scratch", "flaw_first"),
    passage("s2", "subject", "On the bench: {product.the_name}", "watchmaker"),
    passage("o1", "opening", "We would rather you heard it from us. There is {product.flaw}.", "flaw_first"),
    passage("o2", "opening", "{product.detail} That is the part we like to write about.", "watchmaker"),
    passage("o3", "opening", "You asked for a smaller watch last year. We did not forget.", ""),
    passage("b1", "body", "We left it as it is: polishing would have cost the lugs their edge.", "flaw_first", categories=("watch",)),
    passage("b2", "body", "If {product.size_mm} mm sounds small, we thought so too. Put it on first.", "number", categories=("watch",)),
    passage("b3", "body", "A ring is bought for one hand and seen by many.", "", categories=("ring",)),
    passage("b4", "proof", "Our own watchmaker works behind the shop in Munich, so nothing travels.", "watchmaker", fact_ids=("house.watchmaker",)),
    passage("b5", "body", "Since 1962, our master watchmakers have refined every piece by hand."),
    passage("b6", "body", "Christmas is busy at the bench. Come before it.", "visit"),
    passage("c1", "closing", "Half an hour is enough. Coffee is included, advice is not forced on you."),
    passage("c2", "closing", "If it is not for you, you will have seen a nice watch.", categories=("watch",)),
    passage("t1", "cta", "Book half an hour"),
    passage("t2", "cta", "Buy now and save"),
    passage("w1", "whole", "A whole mail."),
    passage("d1", "opening", "Am liebsten hören Sie es von uns: {product.flaw}.", "flaw_first", language="de"),
    passage("d2", "cta", "Eine halbe Stunde vereinbaren", language="de"),
)  # fmt: skip

GIFT_GUIDE = Guide(
    brand="The Gift Shop",
    shop_url="https://gifts.example",
    allowed_hosts=("gifts.example",),
    banned=("bargain",),
    percent_off_most=0.1,
    exclamation_marks=False,
    emoji=False,
    greetings=(Greeting(language="en", with_name="Hello {{first_name}},", without_name="Hello,"),),
    closings=(("en", "The Gift Shop"),),
)
GIFT_LIBRARY = (
    passage("g1", "opening", "It has been a while since your last parcel from us.", "return"),
    passage("g2", "opening", "There is always one person on the list who has everything.", "topic"),
    passage("g3", "body", "We pack small things well, which is most of our trade."),
    passage("g4", "body", "Tea lights, tins and hanging hearts: nothing here needs instructions."),
    passage("g5", "closing", "If you need nothing this year, we will not be offended."),
    passage("g6", "cta", "See what is in the shop"),
    passage("g7", "subject", "A parcel for the person who has everything", "topic"),
    passage("g8", "body", "Christmas orders leave in the order that they come in."),
)
CHRISTMAS = Offer(
    code="XMAS10",
    share=0.1,
    valid_from=date(2010, 12, 10),
    valid_until=date(2010, 12, 17),
    exposure=Money(amount=Decimal(2000), currency="GBP"),
    exposure_basis="audience",
)


def brief(
    *,
    objective: Objective = "viewing",
    kpi: Kpi = "viewing_booked",
    fact_ids: tuple[str, ...] = ("watch-1968-dress",),
    offer: Offer | None = None,
    language: Any = "en",
    topics: tuple[str, ...] = (),
    message: str = "The 1968 dress watch is here.",
) -> Brief:
    return Brief(
        goal=Goal(text=message, objective=objective, topics=topics, language=language),
        language=language,
        audience=AudienceEvidence(
            rule=Bought(at_least=2), as_of=datetime(2026, 9, 1, tzinfo=UTC), size=900
        ),
        message=message,
        fact_ids=fact_ids,
        offer=offer,
        kpi=KpiTarget(
            kpi=kpi, baseline=Figure(name="b", value=0.02, unit="share"), target=0.03, days=14
        ),
        holdout=Holdout(share=0.1, smallest_effect=0.02, why=""),
        tone="dry",
        question="?",
        send_from=date(2026, 9, 2),
        send_until=date(2026, 9, 9),
        written_by="house",
    )


def question(**more: Any) -> CopyQuestion:
    own = {
        "brief": brief(),
        "facts": FACTS,
        "guide": GUIDE,
        "passages": LIBRARY,
        "link": "https://halden.example/book",
    }
    return CopyQuestion(**{**own, **more})


def gift_question(**more: Any) -> CopyQuestion:
    own = {
        "brief": brief(
            objective="win_back", kpi="purchase", fact_ids=(), offer=CHRISTMAS,
            topics=("Christmas",), message="Come back for Christmas.",
        ),
        "facts": Facts(),
        "guide": GIFT_GUIDE,
        "passages": GIFT_LIBRARY,
        "link": "https://gifts.example/",
    }  # fmt: skip
    return CopyQuestion(**{**own, **more})

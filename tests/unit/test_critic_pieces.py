# ruff: noqa: E501 (cases are read whole)
"""The critic on copy for the channels beside mail."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from agents.critic import criticise_pieces
from domain.critique import Critique
from domain.draft import Claim, Heading, ProductCard
from domain.facts import Facts
from domain.pictures import PictureChannel, Rights
from domain.piece import (
    InstagramPost,
    LandingPage,
    LinkedInPost,
    PageForm,
    Piece,
    SearchAd,
    ShownPicture,
    Sms,
)
from tests.unit.copy_world import GUIDE, WATCH, brief
from tests.unit.test_critic_claims import GOOD_FACTS as MAIL_FACTS

W = WATCH.id
EVERYWHERE = Rights(owner="Halden", licence="our own", channels=get_args(PictureChannel))
_WATCH = MAIL_FACTS.products[0]
assert _WATCH.photo is not None
GOOD_FACTS = MAIL_FACTS.model_copy(
    update={
        "products": (
            _WATCH.model_copy(
                update={"photo": _WATCH.photo.model_copy(update={"rights": EVERYWHERE})}
            ),
            *MAIL_FACTS.products[1:],
        )
    }
)
SMS = Sms(
    id="sms-a",
    angle="return",
    text="Halden: the 1968 dress watch is back on the shelf. We have one.",
    opt_out="To end: STOP",
    sender="+4989123456",
    claims=(
        Claim(text="the 1968 dress watch", fact_ids=(f"{W}.name",)),
        Claim(text="We have one.", fact_ids=(f"{W}.stock",)),
    ),
)
PAGE = LandingPage(
    id="page-a",
    angle="flaw_first",
    title="The dress watch with a scratch",
    description="A steel watch, and what is wrong with it.",
    headline="The dress watch with a scratch",
    lead="It is a steel watch.",
    blocks=(Heading(text="What it is"), ProductCard(product_id=W)),
    form=PageForm(
        heading="Come and see it",
        button="Ask for half an hour",
        consent="You may write to me about this visit.",
        action="https://halden.example/visit",
    ),
    url="https://halden.example/dress",
    legal=("Halden GmbH, HRB 1",),
    privacy_url="https://halden.example/privacy",
    claims=(
        Claim(text="A steel watch, and what is wrong with it.", fact_ids=(f"{W}.material",)),
        Claim(text="It is a steel watch.", fact_ids=(f"{W}.material",)),
        Claim(text="The dress watch with a scratch", fact_ids=(f"{W}.flaws",)),
    ),
)
AD = SearchAd(
    id="search_ad-a",
    angle="number",
    headlines=("A 1968 dress watch", "Half an hour to look", "Put it on first"),
    descriptions=("Say hello, and put it on.", "The scratch is in photo four."),
    url="https://halden.example/dress",
    claims=(
        Claim(text="A 1968 dress watch", fact_ids=(f"{W}.name",)),
        Claim(text="The scratch is in photo four.", fact_ids=(f"{W}.flaws",)),
    ),
)
PHOTO = InstagramPost(
    id="instagram-a",
    angle="number",
    text="A steel watch. We left the rest alone.",
    picture=ShownPicture(product_id=W, alt="A watch on a grey cloth"),
    claims=(Claim(text="A steel watch.", fact_ids=(f"{W}.material",)),),
)


def judged(*pieces: Piece, facts: Facts = GOOD_FACTS) -> Critique:
    return criticise_pieces(pieces, brief=brief(), facts=facts, guide=GUIDE)


def changed(piece: Piece, **more: Any) -> Piece:
    return piece.model_copy(update=more)


def test_a_good_set_passes() -> None:
    critique = judged(SMS, PAGE, AD, PHOTO)
    assert [f for f in critique.findings if f.severity != "minor"] == []
    assert critique.verdict == "satisfied"


@pytest.mark.parametrize(
    ("piece", "rule", "severity"),
    [
        (changed(SMS, opt_out=""), "legal.opt_out", "blocking"),
        (changed(SMS, sender="Halden"), "legal.opt_out_reply", "serious"),
        (changed(SMS, text="The 1968 dress watch is back. We have one."), "legal.sender", "serious"),
        (changed(SMS, text="Halden: since 1962 we mend watches."), "claims.heritage", "blocking"),
        (changed(SMS, text="Halden: 30% off today."), "offer.percent", "blocking"),
        (changed(SMS, text="Halden: hello {{first_name}}."), "fields.fallback", "serious"),
        (changed(SMS, url="https://bit.ly/x"), "links.shortener", "blocking"),
        (changed(SMS, text="Halden: " + "so it goes. " * 40), "length.seen", "minor"),
        (changed(SMS, text="Halden: " + "so it goes. " * 140), "length.platform", "blocking"),
        (changed(PAGE, legal=()), "legal.imprint", "blocking"),
        (changed(PAGE, privacy_url=""), "legal.privacy", "blocking"),
        (changed(PAGE, form=PageForm(heading="x", button="y", consent="", action="https://halden.example/")), "legal.consent", "blocking"),
        (changed(PAGE, blocks=(ProductCard(product_id="nothing"),)), "claims.unknown_product", "blocking"),
        (changed(AD, headlines=AD.headlines[:2]), "length.platform", "blocking"),
        (changed(AD, headlines=(*AD.headlines, "A" * 31)), "length.platform", "blocking"),
        (changed(AD, headlines=(*AD.headlines, "The cheapest watches")), "claims.superlative", "blocking"),
        (changed(PHOTO, picture=None), "pictures.missing", "blocking"),
        (changed(PHOTO, picture=ShownPicture(product_id=W)), "pictures.alt", "serious"),
        (changed(PHOTO, text="A timeless steel watch."), "voice.banned", "serious"),
    ],
)  # fmt: skip
def test_each_rule_finds_its_fault(piece: Piece, rule: str, severity: str) -> None:
    critique = judged(piece)
    found = [f for f in critique.findings if f.rule == rule]
    assert found, critique.findings
    assert {f.severity for f in found} == {severity}
    assert {f.variant for f in found} == {piece.id}


def test_the_same_words_on_another_channel_are_no_repetition() -> None:
    post = LinkedInPost(id="linkedin-a", angle=PHOTO.angle, text=PHOTO.text, claims=PHOTO.claims)
    assert "variety" not in families(judged(PHOTO, post))
    assert "variety" in families(judged(post, changed(post, id="linkedin-b")))


def test_a_text_of_absurd_length_is_read_in_its_beginning_alone() -> None:
    critique = judged(changed(PHOTO, text="A steel watch. " + "word " * 200_000))
    assert "length.block" in {f.rule for f in critique.findings}


def families(critique: Critique) -> set[str]:
    return {f.rule.split(".", 1)[0] for f in critique.findings}

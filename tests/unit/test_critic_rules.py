"""The critic's other rules: offer, links, fields, lengths, voice, language, variety, the mail."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from agents.critic import criticise
from agents.house_writer import HouseWriter
from agents.model import ModelError
from agents.rules.variety import compression_ratio, distinct_2
from agents.tasks import JUDGE_COPY, JudgeQuestion
from domain.brief import Brief
from domain.critique import Critique
from domain.draft import CallToAction, Draft, Paragraph, Variant
from domain.publication import RenderedVariant
from tests.unit.copy_world import CHRISTMAS, GUIDE, brief
from tests.unit.test_critic_claims import GOOD, GOOD_FACTS, judged, rules, saying


def changed(**more: Any) -> Variant:
    return GOOD.model_copy(update=more)


def with_link(url: str) -> Variant:
    blocks = (*GOOD.blocks[:-1], CallToAction(text="Book half an hour", url=url))
    return changed(blocks=blocks)


@pytest.mark.parametrize(
    ("variant", "rule", "severity"),
    [
        (changed(subject="A" * 61), "length.subject", "serious"),
        (changed(subject=" "), "length.no_subject", "blocking"),
        (changed(preheader=""), "length.no_preheader", "minor"),
        (changed(preheader=GOOD.subject), "length.same", "serious"),
        (changed(blocks=GOOD.blocks[:-1]), "length.no_cta", "serious"),
        (changed(blocks=(GOOD.blocks[0], GOOD.blocks[-1])), "length.empty", "serious"),
        (saying("word " * 460), "length.body", "serious"),
        (with_link("http://halden.example/"), "links.scheme", "blocking"),
        (with_link("https://elsewhere.example/"), "links.host", "blocking"),
        (with_link("https://halden.example.evil.example/"), "links.host", "blocking"),
        (with_link("https://halden.example@evil.example/"), "links.host", "blocking"),
        (with_link("javascript:alert(1)"), "links.scheme", "blocking"),
        (with_link("https://tinyurl.com/x"), "links.shortener", "blocking"),
        (saying("See bit.ly/abc for more."), "links.shortener", "blocking"),
        (saying("Dear {{customer_id}}, hello."), "fields.unknown", "blocking"),
        (saying("It costs {product.price}."), "fields.slot", "blocking"),
        (changed(fallbacks=()), "fields.fallback", "serious"),
        (saying("What a watch!"), "voice.exclamation", "serious"),
        (saying("A watch ⌚ for you 🎁."), "voice.emoji", "serious"),
        (saying("It elevates you."), "voice.banned", "serious"),
        (saying("The perfect gift for him."), "voice.cliche", "serious"),
        (saying("Luxurious."), "voice.worn", "minor"),
        (saying("Luxurious. Effortless. Seamless."), "voice.worn", "serious"),
        (saying("BUY it NOWADAYS."), "voice.capitals", "serious"),
        (saying("Hurry, it ends soon."), "dark.urgency", "serious"),
        (saying("Dear valued customer, hello."), "voice.greeting", "serious"),
        (saying("Now 20% off with us."), "offer.percent", "blocking"),
        (saying("Use the code SUMMER25 today."), "offer.code", "blocking"),
        (saying("Ask for your discount."), "offer.not_in_brief", "blocking"),
    ],
)
async def test_each_rule_finds_its_fault(variant: Variant, rule: str, severity: str) -> None:
    critique = await judged(variant)
    found = [f for f in critique.findings if f.rule == rule]
    assert found, critique.findings
    assert {f.severity for f in found} == {severity}
    assert all(f.variant == "a" and f.why and f.mend for f in found)
    assert critique.verdict != "satisfied" or severity == "minor"


@pytest.mark.parametrize(
    "text",
    [
        "The bracelet is not for everyone; that is fine.",
        "Best regards from all of us.",
        "Most people try it on first.",
        "At least it tells the time.",
        "You may keep the strap. We never liked it.",
        "See https://halden.example/bench for how we work.",
    ],
)
async def test_harmless_sentences_are_left_alone(text: str) -> None:
    assert (await judged(saying(text))).verdict == "satisfied"


async def test_a_long_winded_mail_is_told_so() -> None:
    sentence = "this is a sentence that goes on and on about the same thing without ever coming to "
    critique = await judged(saying(f"{(sentence * 3).capitalize()} an end." * 4))
    assert "voice.sentences" in rules(critique)


async def test_german_copy_says_sie_and_other_languages_fail() -> None:
    german = changed(
        subject="Die Uhr ist da",
        preheader="",
        blocks=(
            Paragraph(text="Guten Tag {{first_name}},"),
            Paragraph(text="Die Uhr ist da und wir haben sie für dich auf den Tisch gelegt. Komm "
                      "mit deiner Frau vorbei, wenn es dir passt, und sieh sie dir in Ruhe an."),
            CallToAction(text="Ansehen", url="https://halden.example/"),
        ),
        claims=(),
    )  # fmt: skip
    critique = await judged(german, about=brief(language="de"))
    assert "voice.du" in rules(critique)
    assert "language.other" not in rules(critique)
    english = await judged(german, about=brief(language="en"))
    assert "language.other" in rules(english)
    assert english.verdict == "failed"


async def test_synonyms_are_no_variants() -> None:
    other = changed(id="b")
    critique = await judged(GOOD, other)
    assert {"variety.angle", "variety.subject", "variety.words"} <= rules(critique)
    draft = Draft(variants=(GOOD, other))
    assert distinct_2(draft) <= 0.51
    assert compression_ratio(draft) > compression_ratio(Draft(variants=(GOOD,)))


async def test_the_offer_of_the_brief_must_be_said() -> None:
    assert "offer.unsaid" in rules(await judged(GOOD, about=brief(offer=CHRISTMAS)))


async def test_a_reduction_without_reason_is_serious_only_where_the_guide_asks_for_one() -> None:
    text = "Until 17 December an order costs 10% less with the code XMAS10."
    with_offer = brief(offer=CHRISTMAS)
    critique = await judged(saying(text), about=with_offer)
    assert [f.severity for f in critique.findings if f.rule == "offer.reason"] == ["serious"]
    loose = GUIDE.model_copy(update={"principles": ()})
    critique = await criticise(
        Draft(variants=(saying(text),)), brief=with_offer, facts=GOOD_FACTS, guide=loose
    )
    assert [f.severity for f in critique.findings if f.rule == "offer.reason"] == ["minor"]


async def test_nothing_to_revise_is_failed() -> None:
    assert (await judged()).verdict == "failed"


MAIL = RenderedVariant(
    id="a",
    subject="x",
    preheader="y",
    html=(
        "<style>@media (prefers-color-scheme:dark){p{color:#fff}}</style>"
        '<p>Good morning {{first_name}},</p><img src="https://halden.example/i.png" alt="A watch">'
        '<a href="{{unsubscribe_url}}">Unsubscribe</a>'
        "<p>Halden GmbH, HRB&nbsp;1</p><p>Halden, Sendlinger Str. 1, 80331 Munich</p>"
    ),
    text="Good morning {{first_name}}, {{unsubscribe_url}} Halden GmbH, HRB 1",
    fallbacks=(("first_name", ""),),
)


async def mailed(mail: RenderedVariant, about: Brief | None = None) -> Critique:
    return await criticise(
        Draft(variants=(GOOD,)),
        brief=about or brief(),
        facts=GOOD_FACTS,
        guide=GUIDE,
        rendered=(mail,),
    )


async def test_a_whole_mail_passes() -> None:
    assert not (await mailed(MAIL)).findings


@pytest.mark.parametrize(
    ("field", "old", "new", "rule"),
    [
        ("html", 'alt="A watch"', "", "pictures.alt"),
        ("html", 'alt="A watch"', 'alt=""', "pictures.alt"),
        ("html", "HRB&nbsp;1", "", "legal.missing"),
        ("text", "HRB 1", "", "legal.missing"),
        ("html", "Sendlinger", "", "legal.address"),
        ("html", "{{unsubscribe_url}}", "#", "links.unsubscribe"),
        ("text", "{{unsubscribe_url}}", "", "text.unsubscribe"),
        ("html", "<img", "<script>1</script><img", "mail.script"),
        ("html", "<img", "<img onerror='x'", "mail.script"),
        ("html", "{{first_name}}", "{{email}}", "fields.unknown"),
        ("html", "Good", "Good" * 30_000, "mail.size"),
        ("html", "https://halden.example/i.png", "https://spy.example/i.png", "links.host"),
    ],
)
async def test_the_mail_itself_is_looked_at(field: str, old: str, new: str, rule: str) -> None:
    mail = MAIL.model_copy(update={field: getattr(MAIL, field).replace(old, new)})
    assert rule in rules(await mailed(mail))


async def test_the_house_writer_judges_nothing() -> None:
    with pytest.raises(ModelError) as caught:
        await HouseWriter().answer(
            JUDGE_COPY,
            JudgeQuestion(
                brief=brief(), draft=Draft(variants=(GOOD,)), facts=GOOD_FACTS, guide=GUIDE
            ),
        )
    assert caught.value.code == "no_house_answer"
    critique = await criticise(
        Draft(variants=(GOOD,)), brief=brief(), facts=GOOD_FACTS, guide=GUIDE, model=HouseWriter()
    )
    assert critique.judged_by == ("rules",)
    assert critique.judge_failed == ""
    assert critique.round == 1


async def test_the_day_that_is_said_is_the_offers_day() -> None:
    late = CHRISTMAS.model_copy(update={"valid_until": date(2010, 12, 19)})
    text = (
        "Until 17 December an order costs 10% less with the code XMAS10, because it is Christmas."
    )
    critique = await judged(saying(text), about=brief(offer=late))
    assert {"offer.end", "claims.date"} <= rules(critique)

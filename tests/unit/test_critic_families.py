"""Each family of the critic, by sentences that it must find and sentences that it must leave."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import yaml

from agents.claims.detect import checkables
from agents.languages import lexicon
from agents.likeness import bleu, distinct_2, self_bleu, words_of
from agents.own_copy import OwnCopy, Recent, measure
from agents.rules.every import run_rules
from agents.rules.review import Review
from domain.critique import Finding
from domain.predicate import AllOf, Did, InSegment, NotThat, Predicate, Trait
from evals.critic.labelled import CLAIMS, FOLDER
from tests.unit.copy_world import GUIDE, brief
from tests.unit.test_critic_claims import GOOD, GOOD_FACTS, saying

SENTENCES = {
    code: yaml.safe_load((Path(FOLDER) / f"tuned.{code}.yaml").read_text("utf-8"))
    for code in ("en", "de")
}


@pytest.mark.parametrize("code", ["en", "de"])
@pytest.mark.parametrize("family", CLAIMS)
def test_paraphrased_claims_are_found(code: str, family: str) -> None:
    assert [s for s in SENTENCES[code][family] if not checkables(s)] == []


@pytest.mark.parametrize("code", ["en", "de"])
@pytest.mark.parametrize("kind", ["urgency", "guilt", "opt_out"])
def test_dark_patterns_are_found(code: str, kind: str) -> None:
    found = lexicon.pattern("manner", kind)
    assert [s for s in SENTENCES[code][kind] if not found.search(s)] == []


@pytest.mark.parametrize(
    "text",
    [
        "Only half an hour, and there is coffee.",
        "He talks while he does it, which is rare.",
        "Schauen ist besser als glauben.",
        "Wir sähen es lieber bei Ihnen als bei uns.",
        "Wear it. It does not get better in a box.",
        "Women and men of every age come in to look.",
        "One click ends these letters; we will not ask why.",
        "Ein Klick beendet diese Briefe; nach dem Grund fragen wir nicht.",
        "There are three things to say.",
    ],
)
def test_harmless_sentences_are_left_alone(text: str) -> None:
    for kind in ("urgency", "guilt", "opt_out"):
        assert lexicon.pattern("manner", kind).search(text) is None
    blocked = ("comparison", "superlative", "stock", "popularity", "promise")
    assert [c for c in checkables(text) if c.kind in blocked] == []


def found(text: str, own: OwnCopy | None = None, **more: object) -> tuple[Finding, ...]:
    review = Review(
        (saying(text),),
        brief(),
        GOOD_FACTS,
        GUIDE,
        own=own or OwnCopy(),
        **more,  # type: ignore[arg-type]
    )
    return run_rules(review)


def test_people_are_not_shut_out_by_words() -> None:
    for text in (*SENTENCES["en"]["discrimination"], *SENTENCES["de"]["discrimination"]):
        assert any(f.rule == "discrimination.copy" for f in found(text)), text


@pytest.mark.parametrize(
    ("rule", "held"),
    [
        (Trait(field="birthday", op="at_most", value="1970-01-01"), True),
        (Trait(field="birthday", op="next_days", value="7"), False),
        (Trait(field="first_name", op="in", value=("Anna", "Maria")), True),
        (Trait(field="language", op="is", value="de"), False),
        (InSegment(name="women over 50"), True),
        (InSegment(name="service customers"), False),
        (NotThat(that=InSegment(name="Muslims")), True),
        (AllOf(of=(Did(event="Religion Given"),)), True),
    ],
)
def test_people_are_not_shut_out_by_the_audience(rule: Predicate, held: bool) -> None:
    about = brief()
    audience = about.audience.model_copy(update={"rule": rule})
    review = Review((GOOD,), about.model_copy(update={"audience": audience}), GOOD_FACTS, GUIDE)
    rules = {f.rule for f in run_rules(review)}
    assert ("discrimination.audience" in rules) is held


def test_how_worn_is_too_worn_depends_on_the_brand() -> None:
    careful = measure([(str(n), "en", "plain words " * 500) for n in range(20)])
    careless = measure([(str(n), "en", "a luxurious seamless thing " * 50) for n in range(20)])
    text = "It is luxurious."
    grave = [f.severity for f in found(text, careful) if f.rule == "voice.worn"]
    light = [f.severity for f in found(text, careless) if f.rule == "voice.worn"]
    assert (grave, light) == (["serious"], ["minor"])


def test_what_was_sent_lately_is_not_sent_again() -> None:
    said = " ".join(text for _, text in GOOD.texts())
    review = Review(
        (GOOD,), brief(), GOOD_FACTS, GUIDE, recent=(Recent("letter", date(2010, 11, 1), said),)
    )
    assert any(f.rule == "variety.recent" for f in run_rules(review))
    other = Recent("other", date(2010, 11, 1), "Nothing of the kind stands in this one. " * 10)
    review = Review((GOOD,), brief(), GOOD_FACTS, GUIDE, recent=(other,))
    assert not any(f.rule == "variety.recent" for f in run_rules(review))


def test_likeness_of_texts() -> None:
    one, other = words_of("the watch runs well and long"), words_of("rings are something else here")
    assert bleu(one, [one]) == pytest.approx(1.0)
    assert bleu(one, [other]) < 0.2
    assert bleu(one, []) == 0.0
    assert self_bleu([one, one]) == pytest.approx(1.0)
    assert self_bleu([one]) == 0.0
    assert distinct_2([one, one]) == pytest.approx(0.5)
    assert distinct_2([]) == 1.0


def test_hard_reading_is_said() -> None:
    plain = yaml.safe_load((Path(FOLDER) / "plain.yaml").read_text("utf-8"))["tuned"]["en"]
    assert any(f.rule == "reading.level" for f in found(" ".join(plain[:3])))
    assert not any(f.rule.startswith("reading.") for f in found("It is a watch."))


def test_a_gift_is_beyond_the_brief() -> None:
    assert any(f.rule == "offer.not_in_brief" for f in found("A free strap with every watch."))
    assert any(f.rule == "offer.not_in_brief" for f in found("Take it for half the usual price."))

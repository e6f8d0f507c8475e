"""Tables and plots of what tools find. Numbers in an answer are drawn here, from the finding
itself, whichever mind the words come from."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from agents.conversing import words
from agents.conversing.found import (
    BudgetTest,
    Calendar,
    CampaignLine,
    Clicks,
    Counted,
    Described,
    FactFound,
    MailTest,
    Segment,
    Voices,
)
from agents.conversing.memory import Language
from agents.conversing.words import pick
from domain.conversation import Column, PlotPart, PlotRow, TablePart
from domain.figures import Effect
from domain.frozen import canonical_json
from domain.predicate import Predicate
from domain.report import Report
from tools.cdp.port import AudiencePreview

_OUTCOMES = {
    "viewing_booked": ("Viewings booked", "Besichtigungen gebucht"),
    "service_booked": ("Services booked", "Wartungen gebucht"),
    "purchase": ("Purchases", "Käufe"),
    "revenue": ("Revenue a person", "Umsatz pro Person"),
    "click": ("Clicks", "Klicks"),
    "unsubscribed": ("Unsubscribed", "Abmeldungen"),
}
_STATES = {
    "running": ("being worked on", "in Arbeit"),
    "waiting": ("waits for your yes", "wartet auf Ihr Ja"),
    "publishing": ("going out", "geht hinaus"),
    "done": ("finished", "abgeschlossen"),
    "failed": ("failed", "gescheitert"),
    "cancelled": ("cancelled", "abgebrochen"),
    "scheduled": ("scheduled", "geplant"),
    "stopped": ("stopped", "angehalten"),
}
_FIGURES = {
    "orders_total": ("Orders so far", "Bestellungen bisher"),
    "orders_median": ("Orders each, in the middle", "Bestellungen je Person, Median"),
    "value_total": ("Value so far", "Wert bisher"),
    "value_median": ("Value each, in the middle", "Wert je Person, Median"),
    "recency_days_median": ("Since the last purchase", "Seit dem letzten Kauf"),
    "average_order_value": ("Value of an order, on average", "Wert einer Bestellung, Mittel"),
    "returns_share": ("Value that came back", "Zurückgegebener Wert"),
    "trade_share": ("Trade buyers", "Gewerbliche Käufer"),
    "email_known_share": ("With a mail address", "Mit Mailadresse"),
    "usual_wait_days": ("Three of four waits are at most", "Drei von vier Abständen höchstens"),
    "longest_wait_days": ("Nine of ten waits are at most", "Neun von zehn Abständen höchstens"),
}


def rule_address(rule: Predicate) -> str:
    """The page that shows an audience, its people masked."""
    return f"/audience/segment?{urlencode({'rule': canonical_json(rule)})}"


def outcome(metric: str, language: Language) -> str:
    return pick(language, *_OUTCOMES.get(metric, (metric.replace("_", " "),) * 2))


def state(name: str, language: Language) -> str:
    return pick(language, *_STATES.get(name, (name, name)))


def reach_table(found: Counted, language: Language) -> TablePart:
    """Who can be mailed, and why the others cannot."""

    def row(said: str, number: int) -> tuple[str, str, str]:
        part = words.share(number / found.size, language) if found.size else "–"
        return said, words.count(number, language), part

    left_out = [
        row(
            pick(language, "Left out because ", "Ausgelassen, weil ")
            + words.reason(name, language),
            number,
        )
        for name, number in found.left_out
    ]
    return TablePart(
        title=pick(language, "Who can be mailed", "Wer angeschrieben werden darf"),
        columns=(
            Column(name=pick(language, "Group", "Gruppe")),
            Column(name=pick(language, "People", "Personen"), numeric=True),
            Column(name=pick(language, "Share", "Anteil"), numeric=True),
        ),
        rows=(
            row(pick(language, "May be mailed", "Dürfen angeschrieben werden"), found.reachable),
            *left_out,
            row(pick(language, "Fit the rule", "Passen zur Regel"), found.size),
        ),
        note=words.rule_words(found.rule, language),
        source=rule_address(found.rule),
    )


def figures_table(found: Described, currency: str, language: Language) -> TablePart:
    """What the data say of an audience, counted in full."""
    rows = []
    for figure in found.figures:
        if figure.name in _FIGURES and figure.value is not None:
            value = words.in_unit(figure.value, figure.unit, currency, language)
            n = "" if figure.n is None else words.count(figure.n, language)
            rows.append((pick(language, *_FIGURES[figure.name]), value, n))
    return TablePart(
        title=pick(language, "What the data say of them", "Was die Daten über sie sagen"),
        columns=(
            Column(name=pick(language, "Figure", "Kennzahl")),
            Column(name=pick(language, "Value", "Wert"), numeric=True),
            Column(name=pick(language, "Of", "Von"), numeric=True),
        ),
        rows=tuple(rows),
        note=pick(
            language,
            "Everybody is counted, so there is no interval. Value is net of returns, VAT and "
            "discount.",
            "Alle sind gezählt, daher ohne Spanne. Werte ohne Retouren, MwSt. und Rabatt.",
        ),
        source=found.query,
    )


_CHANNELS = {
    "email": ("Marketing mails", "Werbung per E-Mail"),
    "sms": ("SMS", "SMS"),
    "push": ("Push messages", "Push-Nachrichten"),
    "phone": ("Phone calls", "Anrufe"),
    "post": ("Post", "Briefpost"),
}
MOST_SHARED = 5


def preview_table(found: AudiencePreview, language: Language) -> TablePart:
    """Who of an audience agreed to which channel, and which other groups they are in most."""

    def row(said: str, people: int) -> tuple[str, str, str]:
        part = words.share(people / found.size, language) if found.size else "–"
        return said, words.count(people, language), part

    agreed = [
        row(pick(language, "Agreed to ", "Zugestimmt: ") + pick(language, *_CHANNELS[name]), people)
        for name, people in found.agreed
        if people
    ]
    shared = [
        row(pick(language, "Also in: ", "Auch in: ") + one.name, one.people)
        for one in found.overlaps
        if one.people
    ]
    return TablePart(
        title=pick(language, "Channels and other groups", "Kanäle und andere Gruppen"),
        columns=(
            Column(name=pick(language, "Of them", "Von ihnen")),
            Column(name=pick(language, "People", "Personen"), numeric=True),
            Column(name=pick(language, "Share", "Anteil"), numeric=True),
        ),
        rows=(*agreed, *shared[:MOST_SHARED]),
        note=pick(
            language,
            "Agreed, with an address for the channel; fewer than ten are not shown.",
            "Zugestimmt und mit Adresse für den Kanal; weniger als zehn werden nicht gezeigt.",
        ),
        source=found.query.id,
    )


def segments_table(found: Sequence[Segment], language: Language) -> TablePart:
    return TablePart(
        title=pick(language, "Groups that the data tell apart", "Gruppen, die die Daten kennen"),
        columns=(
            Column(name=pick(language, "Group", "Gruppe")),
            Column(name=pick(language, "Definition", "Definition")),
            Column(name=pick(language, "People", "Personen"), numeric=True),
        ),
        rows=tuple(
            (
                pick(language, one.name, one.name_de),
                words.rule_words(one.rule, language),
                words.count(one.size, language),
            )
            for one in found
        ),
        note=pick(
            language,
            "They overlap. How many may be mailed depends on consent; ask about one of them.",
            "Sie überschneiden sich. Wie viele angeschrieben werden dürfen, hängt von der "
            "Einwilligung ab; fragen Sie nach einer davon.",
        ),
    )


def campaigns_table(found: Sequence[CampaignLine], timezone: str, language: Language) -> TablePart:
    rows = []
    for one in found:
        begun = words.moment(one.begun, timezone, language).rsplit(",", 1)[0]
        rows.append((one.goal, state(one.status, language), begun, words.count(one.sent, language)))
    return TablePart(
        title=pick(language, "Campaigns", "Kampagnen"),
        columns=(
            Column(name=pick(language, "Goal", "Ziel")),
            Column(name=pick(language, "State", "Stand")),
            Column(name=pick(language, "Begun", "Begonnen")),
            Column(name=pick(language, "Messages sent", "Mails verschickt"), numeric=True),
        ),
        rows=tuple(rows),
        source="/campaigns",
    )


def report_table(report: Report, language: Language) -> TablePart:
    """Every outcome against those held back, also those without effect."""
    return TablePart(
        title=pick(language, "Against those held back", "Gegenüber den Zurückgehaltenen"),
        columns=(
            Column(name=pick(language, "Outcome", "Ergebnis")),
            Column(name=pick(language, "Mailed", "Angeschrieben"), numeric=True),
            Column(name=pick(language, "Held back", "Zurückgehalten"), numeric=True),
            Column(name=pick(language, "Difference", "Unterschied"), numeric=True),
            Column(name=pick(language, "Likely between", "Wahrscheinlich zwischen"), numeric=True),
            Column(name=""),
        ),
        rows=tuple(_effect(effect, report.currency, language) for effect in report.effects),
        note=_sizes(report, language),
        source=f"/reports/{report.campaign_id}",
    )


def report_plot(report: Report, language: Language) -> PlotPart | None:
    """Differences in shares with their intervals; None where there are none."""
    shares = [
        e
        for e in report.effects
        if e.unit == "share" and e.difference.value is not None
        and e.difference.low is not None and e.difference.high is not None
    ]  # fmt: skip
    if not shares:
        return None
    return PlotPart(
        title=pick(
            language,
            "Extra for every 100 people, against those held back",
            "Mehr je 100 Personen, gegenüber den Zurückgehaltenen",
        ),
        unit="share",
        rows=tuple(
            PlotRow(
                label=outcome(e.metric, language),
                value=e.difference.value or 0.0,
                low=e.difference.low or 0.0,
                high=e.difference.high or 0.0,
                shown=e.shown,
            )
            for e in shares
        ),
        could_miss=shares[0].smallest_effect,
        note=pick(
            language,
            "Line: 95% interval. Hollow: it includes zero, so no effect is shown.",
            "Linie: 95-%-Spanne. Hohl: Sie enthält null, also ist keine Wirkung gezeigt.",
        ),
    )


def calendar_table(found: Calendar, timezone: str, language: Language) -> TablePart:
    return TablePart(
        title=pick(
            language,
            f"{words.day(found.first, language)} to {words.day(found.last, language)}",
            f"{words.day(found.first, language)} bis {words.day(found.last, language)}",
        ),
        columns=(
            Column(name=pick(language, "From", "Ab")),
            Column(name=pick(language, "Campaign", "Kampagne")),
            Column(name=pick(language, "State", "Stand")),
            Column(name=pick(language, "Messages", "Mails"), numeric=True),
        ),
        rows=tuple(
            (
                words.moment(one.starts, timezone, language),
                one.goal,
                state(one.state, language),
                words.count(one.messages, language),
            )
            for one in found.planned
        ),
        source="/calendar",
    )


def facts_table(found: Sequence[FactFound], language: Language) -> TablePart:
    return TablePart(
        title=pick(language, "What the facts prove", "Was die Fakten belegen"),
        columns=(
            Column(name=pick(language, "Fact", "Fakt")),
            Column(name=pick(language, "It says", "Er sagt")),
        ),
        rows=tuple((one.id, one.text) for one in found),
        source="/brand",
    )


def voice_table(found: Voices, language: Language) -> TablePart:
    return TablePart(
        title=pick(language, "How you have said it", "So haben Sie es gesagt"),
        columns=(
            Column(name=pick(language, "Your words", "Ihre Worte")),
            Column(name=pick(language, "From", "Aus")),
        ),
        rows=tuple(
            (one.text, f"{one.source} · {one.effect}" if one.effect else one.source)
            for one in found.passages
        ),
        source="/brand",
    )


def clicks_table(found: Clicks, language: Language) -> TablePart:
    """Last click, and beside it what was measured."""
    revenue = words.amount(found.revenue.amount, found.currency, language)
    if found.effect is not None and found.effect.value is not None:
        measured = words.amount(found.effect.value, found.currency, language)
        span = words.interval(found.effect, found.currency, language)
    else:
        measured, span = pick(language, "not measured", "nicht gemessen"), ""
    return TablePart(
        title=pick(language, "E-mail revenue", "E-Mail-Umsatz")
        + f", {words.day(found.first, language)} – {words.day(found.last, language)}",
        columns=(
            Column(name=pick(language, "Way of counting", "Zählweise")),
            Column(name=pick(language, "Revenue, net", "Umsatz, netto"), numeric=True),
            Column(name=pick(language, "Likely between", "Wahrscheinlich zwischen"), numeric=True),
        ),
        rows=(
            (pick(language, "Last click", "Letzter Klick"), revenue, ""),
            (
                pick(language, "Against those held back", "Gegenüber den Zurückgehaltenen"),
                measured,
                span,
            ),
        ),
        note=pick(
            language,
            f"{words.count(found.orders, language)} orders within {found.days} days after a click. "
            f"Clicks are known of {words.count(found.tracked, language)} of "
            f"{words.people(found.people, language)}: those who agreed to tracking.",
            f"{words.count(found.orders, language)} Bestellungen binnen {found.days} Tagen nach "
            f"einem Klick. Klicks kennen wir von {words.count(found.tracked, language)} von "
            f"{words.people(found.people, language)}: denen, die dem zugestimmt haben.",
        ),
        source=found.query,
    )


def mail_test_table(found: MailTest, currency: str, language: Language) -> TablePart:
    held = round(found.counted.reachable * found.held_back)
    base = found.baseline
    unit = base.unit
    value = "–" if base.value is None else words.in_unit(base.value, unit, currency, language)
    smallest = pick(language, "nothing", "nichts")
    if found.smallest is not None:
        smallest = (
            words.points(found.smallest, language)
            if unit == "share"
            else words.amount(found.smallest, currency, language)
        )
    label = outcome(found.kpi, language)
    return TablePart(
        title=pick(language, "What a mail to them can show", "Was eine Mail an sie zeigen kann"),
        columns=(Column(name=""), Column(name=pick(language, "Value", "Wert"), numeric=True)),
        rows=(
            (
                pick(language, "May be mailed", "Dürfen angeschrieben werden"),
                words.count(found.counted.reachable, language),
            ),
            (
                pick(language, "Held back by chance", "Durch Zufall zurückgehalten"),
                f"{words.count(held, language)} ({words.share(found.held_back, language)})",
            ),
            (
                pick(
                    language,
                    f"{label} in {found.days} days without a mail",
                    f"{label} in {found.days} Tagen ohne Mail",
                ),
                f"{value} {words.interval(base, currency, language)}".strip(),
            ),
            (pick(language, "Shows gains from", "Zeigt Zugewinne ab"), smallest),
        ),
        note=pick(
            language,
            "A gain of that size shows in 80% of trials, at an error rate of 5%.",
            "Ein solcher Zugewinn zeigt sich in 80 % der Versuche, bei 5 % Irrtum.",
        ),
        source=base.query,
    )


def budget_table(found: BudgetTest, language: Language) -> TablePart:
    rows = []
    for step in found.steps:
        gain = "–" if step.smallest is None else words.share(step.smallest, language, places=0)
        money = (
            "–"
            if step.money is None
            else words.amount(step.money.amount, step.money.currency, language)
        )
        rows.append((words.count(step.weeks, language), gain, money))
    return TablePart(
        title=pick(
            language,
            "What a test by regions would show",
            "Was ein Test nach Regionen zeigen würde",
        ),
        columns=(
            Column(name=pick(language, "Weeks", "Wochen"), numeric=True),
            Column(name=pick(language, "Shows gains from", "Zeigt Zugewinne ab"), numeric=True),
            Column(name=pick(language, "In revenue a week", "In Umsatz pro Woche"), numeric=True),
        ),
        rows=tuple(rows),
        note=pick(
            language,
            f"{found.regions} cities, half of them by chance with the larger budget; reckoned from "
            f"{found.weeks_known} weeks of orders. A gain of that size shows in 80% of trials, at "
            "an error rate of 5%.",
            f"{found.regions} Städte, die Hälfte davon durch Zufall mit dem höheren Budget; aus "
            f"{found.weeks_known} Wochen Bestellungen gerechnet. Ein solcher Zugewinn zeigt sich "
            "in 80 % der Versuche, bei 5 % Irrtum.",
        ),
        source=found.query,
    )


def _effect(effect: Effect, currency: str, language: Language) -> tuple[str, ...]:
    def value(number: float | None) -> str:
        if number is None:
            return "–"
        return words.in_unit(number, effect.treated.unit, currency, language)

    def difference(number: float | None) -> str:
        if number is None:
            return "–"
        if effect.unit == "share":
            return words.points(number, language)
        sign = "+" if number >= 0 else ""
        return f"{sign}{words.amount(number, currency, language)}"

    low, high = difference(effect.difference.low), difference(effect.difference.high)
    if effect.unit == "share":
        low = low.rsplit(" ", 1)[0]  # the unit stands once
    return (
        outcome(effect.metric, language),
        value(effect.treated.value),
        value(effect.held_back.value),
        difference(effect.difference.value),
        f"[{low} {pick(language, 'to', 'bis')} {high}]",
        pick(language, "shown", "gezeigt")
        if effect.shown
        else pick(language, "no effect shown", "keine Wirkung gezeigt"),
    )


def _sizes(report: Report, language: Language) -> str:
    held = sum(arm.assigned for arm in report.arms if arm.arm == "held_back")
    mailed = sum(arm.assigned for arm in report.arms) - held
    return pick(
        language,
        f"{words.people(mailed, language)} were to get it, {words.count(held, language)} were held "
        "back by chance.",
        f"{words.people(mailed, language)} sollten sie bekommen, {words.count(held, language)} "
        "wurden durch Zufall zurückgehalten.",
    )

"""The phrases that the goal grammar reads, in order: the first that fits takes the words.

Each rule names its pattern over the lower-cased text, what it means, and an example;
docs/goals.md is written from these tables. Shorthands in ``<…>`` are goal_text.SHORTHANDS.
"""

from __future__ import annotations

import re
from decimal import Decimal

from agents.house.goal_dates import count_of
from agents.house.goal_text import Rule, currency_of, first_number
from agents.tasks import GoalText
from domain.money import Money


def _times(match: re.Match[str], given: GoalText) -> tuple[int, int | None] | None:
    words = match.group()
    exact = bool(re.search(r"exactly|only|just|genau|nur", words))
    if re.search(r"once|ein ?mal|one time", words):
        count = 1
    elif re.search(r"twice|zwei ?mal|zweimal", words):
        count = 2
    else:
        found = re.search(
            r"\d+|[a-zäöüß]+(?=\s?(?:times|mal|orders|purchases|bestellungen|käufe))", words
        )
        if found is None:
            return None
        try:
            count = count_of(found.group())
        except ArithmeticError:
            return None
    if re.search(r"more than|mehr als|öfter als|over", words) and "or more" not in words:
        return count + 1, None
    if re.search(r"at most|höchstens|maximal|not more than", words):
        return 1, count
    return (count, count) if exact else (count, None)


def _money(match: re.Match[str], given: GoalText) -> Money | None:
    amount, currency = first_number(match["amount"]), currency_of(match["amount"])
    if amount is None:
        return None
    return Money(amount=amount, currency=currency or given.currency)


def _share(match: re.Match[str], given: GoalText) -> float | None:
    value = first_number(match["share"])
    return None if value is None else float(value / Decimal(100))


def _count(match: re.Match[str], given: GoalText) -> int:
    return count_of(match["n"])


def _word(match: re.Match[str], given: GoalText) -> str:
    """The words as they were written, not lower-cased."""
    return given.text[match.start("word") : match.end("word")].strip(" \"'“”„")


_DOWN = (
    r"(?:off|discount|reduction|rabatt|preisnachlass|nachlass|reduzierung|ermäßigung|günstiger|"
    r"reduced|reduziert|rabattiert|cheaper|weniger)"
)
_GIFT = r"(?:voucher|gift card|gutschein|coupon)"
OFFER: tuple[Rule, ...] = (
    Rule(
        "no_offer",
        r"(?:no|without(?: any| an?)?|not? offer(?:ing)? (?:an?|any)|kein(?:e|en|er)?|ohne(?: "
        r"einen)?)"
        rf" (?:christmas )?(?:{_DOWN}s?|offers?|angebot(?:e)?|vouchers?|gutschein(?:e)?|rabatte?)",
        "nothing is given away",
        ("no discount", "ohne Rabatt"),
    ),
    Rule(
        "share_off",
        rf"(?:(?:an? |einen |einem |mit )?(?:<MOST>|bound of)? ?(?P<share><PERCENT>) ?{_DOWN}|"
        rf"(?:{_DOWN}|offers?|angebot)s?(?: is| ist)?:? (?:of |von |über |by )?(?:<MOST> "
        rf")?(?P<s2><PERCENT>)|"
        rf"<MOST> (?P<s3><PERCENT>)(?! (?:held|hold|control|zurück|of the people))|"
        rf"(?P<s4><PERCENT>)(?= (?:auf|on|for|für) ))",
        "the most that may be taken off",
        ("at most 10 % off", "offer of at most 10 %", "höchstens 10 % Rabatt"),
        lambda m, g: _any_share(m),
    ),
    Rule(
        "amount_off",
        rf"(?:(?:an? |einen |einem )?(?:<MOST> )?(?P<amount><MONEY>)[ -]?(?:{_DOWN}|{_GIFT})s?|"
        rf"(?:{_DOWN}|{_GIFT}|offer|angebot)s?(?: of| von| über| worth| for| is| ist)?:? (?:<MOST> "
        rf")?(?P<a2><MONEY>))",
        "the most that may be taken off an order",
        ("10 € off", "Gutschein über 20 €"),
        lambda m, g: _any_money(m, g),
    ),
    Rule(
        "code",
        r"(?:with |using |mit )?(?:the |dem )?(?:code|rabattcode|gutscheincode|voucher code|"
        r"promo code|coupon code)[: ]+(?P<word>[\"'“„]?[a-z0-9][a-z0-9_-]{2,}[\"'”“]?)",
        "the code that the offer is redeemed by",
        ("with code STRAP15",),
        _word,
    ),
)


def _any_share(match: re.Match[str]) -> float | None:
    words = next((match[name] for name in ("share", "s2", "s3", "s4") if match[name]), None)
    value = first_number(words) if words else None
    return None if value is None else float(value / Decimal(100))


def _any_money(match: re.Match[str], given: GoalText) -> Money | None:
    words = match["amount"] or match["a2"]
    amount = first_number(words)
    if amount is None:
        return None
    return Money(amount=amount, currency=currency_of(words) or given.currency)


_PORTIONS = {
    "half": 2, "hälfte": 2, "third": 3, "drittel": 3, "quarter": 4, "viertel": 4, "fifth": 5,
    "fünftel": 5, "tenth": 10, "zehntel": 10,
}  # fmt: skip
_PORTION = (
    rf"(?:(?:an?|one|the|die|ein) )?(?:{'|'.join(_PORTIONS)})"
    r"(?: (?:of (?:them|the people|the customers|those)|davon|der kunden|von ihnen))?"
)


def _portion(words: str) -> float | None:
    found = re.search("|".join(_PORTIONS), words)
    return 1 / _PORTIONS[found.group()] if found else None


BOUNDS: tuple[Rule, ...] = (
    Rule(
        "no_holdout",
        r"(?:no|without(?: an?)?|keine?|ohne) (?:control group|holdout|hold-out|kontrollgruppe|"
        r"vergleichsgruppe)|(?:hold|keep) (?:nobody|no one|none) back",
        "nobody is held back; then nothing can be measured",
        ("no control group",),
    ),
    Rule(
        "holdout",
        r"(?:hold(?:ing)? back|keep(?:ing)? back|hold(?:ing)? out|holdout(?: of)?|control group"
        r"(?: of)?|kontrollgruppe(?: von)?|vergleichsgruppe(?: von)?|zurückhalten von|halte) "
        r"(?P<share><PERCENT>)(?: (?:of them|of the people|as (?:a )?control(?: group)?|back|"
        r"zurück|der kunden|davon))*",
        "the share held back by chance",
        ("hold back 20 %",),
        _share,
    ),
    Rule(
        "holdout",
        r"(?:an? |with an? |with |mit )?(?P<share><PERCENT>)(?: are| is| werden| der kunden| davon|"
        r" "
        r"of them| of the people)? ?(?:held back|hold-?out|control(?: group)?|kontrollgruppe|"
        r"vergleichsgruppe|zurück(?:ge)?halten|zurückhalten|as (?:a )?control(?: group)?)",
        "the share held back by chance",
        ("20 % control group", "30 % zurückhalten"),
        _share,
    ),
    Rule(
        "holdout",
        rf"(?:hold|keep)(?:ing)? (?:(?:back|aside|out) {_PORTION}(?: as (?:a )?control(?: "
        rf"group)?)?|"
        rf"{_PORTION} (?:back|aside|out|as (?:a )?control)(?: as (?:a )?control(?: group)?| "
        rf"group)?)|"
        rf"(?:control group|kontrollgruppe|vergleichsgruppe)(?: of| von|:)? {_PORTION}|"
        rf"{_PORTION}(?: are| is)? (?:held back|as (?:a )?control(?: group)?)|{_PORTION} "
        rf"(?:bitte |wird )*"
        r"(?:zurück(?:ge|zu)?halten|als (?:kontrollgruppe|vergleichsgruppe)|in die kontrollgruppe)",
        "that part of them is held back by chance",
        ("half of them held back", "hold back a quarter", "ein Viertel zurückhalten"),
        lambda m, g: _portion(m.group()),
    ),
    Rule(
        "holdout",
        r"(?:keep|hold|halte(?:n)?|behalte(?:n)?) (?P<share><PERCENT>)(?: of them| davon)? "
        r"(?:back|aside|out|zurück)(?: as (?:a )?control(?: group)?)?",
        "the share held back by chance",
        ("keep 10% back",),
        _share,
    ),
    Rule(
        "most_recipients",
        r"(?P<n><NUM>) (?:<PEOPLE>|e-?mails?|mails|messages) (?:at (?:the )?most|max(?:imum)?|"
        r"tops|höchstens|maximal)|(?:to )?(?:the|die|den) (?!(?:19|20)\d\d )(?P<n2><NUM>)(?= "
        r"(?:\w+ ){0,2}<PEOPLE>)",
        "the most people who are mailed",
        ("200 people at most",),
        lambda m, g: count_of(m["n"] or m["n2"]),
    ),
    Rule(
        "most_recipients",
        r"(?:to |an |for )?(?:<MOST>|limit(?:ed)? (?:it |this )?to|cap (?:it )?at|begrenzt auf) "
        r"(?P<n><NUM>)(?: of (?:our |the )?| der | von )?(?:(?<=of )them|(?<=von )ihnen| ?davon| "
        r"(?:<PEOPLE>|"
        r"e-?mails?|mails|messages|nachrichten|adressaten))",
        "the most people who are mailed",
        ("at most 2,000 people", "maximal 500 Empfänger"),
        _count,
    ),
    Rule(
        "most_recipients",
        r"(?:<MOST>) (?P<n>\d{2,3}|\d{1,3}[., ]\d{3}|\d{4,6})(?=\s*(?:[,;!?)]|\.(?!\d)|$))",
        "the most people who are mailed",
        ("at most 250",),
        _count,
    ),
)

_OUTCOME = (
    (r"viewings?(?: booked)?|viewing bookings?|booked viewings|appointments?(?: booked)?|"
     r"besichtigung(?:en|stermine?)?|gebuchte besichtigungen|termine", "viewing_booked"),
    (r"purchases?|orders?|sales|conversions?|bestellungen|käufe|kaufabschlüsse|verkäufe",
     "purchase"),
    (r"revenue|turnover|umsatz|income", "revenue"),
    (r"clicks?|click-?through(?: rate)?|klicks", "click"),
    (r"services?(?: booked)?|service bookings?|booked services|servicetermine|wartungen|"
     r"gebuchte wartungen|wartungstermine", "service_booked"),
)  # fmt: skip
_SOME_OUTCOME = "|".join(pattern for pattern, _ in _OUTCOME)


def _kpi(match: re.Match[str], given: GoalText) -> str | None:
    words = match["what"]
    return next((kpi for pattern, kpi in _OUTCOME if re.fullmatch(pattern, words)), None)


MEASURES: tuple[Rule, ...] = (
    Rule(
        "kpi",
        r"(?:measured (?:by|on|in)|measure(?: it| success| this)? (?:by|on|in)|(?:the |our "
        r")?(?:kpi|"
        r"metric|target|success measure)(?: is| are|:| =)?|(?:die )?(?:kennzahl|kpi|zielgröße|"
        r"messgröße)(?: ist| sind|:| =)?|gemessen an|what counts (?:is|are)|we count|success means|"
        rf"es zählen|es zählt) (?:the |die |der |den |number of |booked "
        rf")*(?P<what>{_SOME_OUTCOME})",
        "what the campaign is measured by",
        ("measured by viewings booked", "Kennzahl: Umsatz"),
        _kpi,
    ),
)

_COMPOUND = (
    r"(?:-?(?:mail|mailing|aktion|gruß|grüße|angebot|brief|gutschein|kampagne|newsletter|post|"
    r"geschenke?|geschäft|karte))"
)
TOPICS: tuple[Rule, ...] = tuple(
    Rule(
        "topic",
        pattern,
        f"the copy takes up {topic}",
        (example,),
        lambda m, g, topic=topic: topic,  # type: ignore[misc]
    )
    for topic, pattern, example in (
        (
            "Christmas",
            rf"weihnachts?{_COMPOUND}|(?:a |for |zu |an |pre-)?(?:christmas|xmas|weihnachten)"
            r"(?: (?:gifts|presents)(?! ideas?))?",
            "Christmas offer",
        ),
        ("Black Friday", r"(?:a |zum )?black[- ]friday", "Black Friday mail"),
        (
            "Valentine's Day",
            rf"(?:for |zum |a )?(?:valentine'?s(?:[- ]day)?|valentinstag(?:s{_COMPOUND})?)",
            "Valentine's Day mail",
        ),
        (
            "Mother's Day",
            rf"(?:for |zum |a )?(?:mother'?s day|muttertag(?:s{_COMPOUND})?)",
            "zum Muttertag",
        ),
        ("Cyber Monday", r"(?:a |zum )?cyber[- ]monday", "Cyber Monday mail"),
        (
            "St Nicholas' Day",
            rf"(?:zum |für )?nikolaus(?:tag)?(?:s?{_COMPOUND})?|"
            r"(?:for )?st\.? nicholas'?s?(?: day)?",
            "zum Nikolaus",
        ),
        ("Advent", rf"(?:an? |for |zum |im )?advents?{_COMPOUND}?", "Adventsmail"),
        ("Father's Day", r"(?:for |zum |a )?(?:father'?s day|vatertag)", "Father's Day"),
        ("Easter", rf"(?:for |zu |an )?(?:easter|ostern|oster{_COMPOUND})", "Easter"),
        ("New Year", rf"(?:for |zum )?(?:the )?new year(?:'s)?|neujahr(?:s{_COMPOUND})?",
         "New Year"),
        ("house anniversary",
         r"(?:our|unser(?:em|en)?) (?:\d+(?:th|\.) )?(?:anniversary|jubiläum|geburtstag)"
         r"(?: as a house)?", "our 60th anniversary"),
    )
)  # fmt: skip


def _objective(match: re.Match[str], given: GoalText, objective: str) -> str | None:
    """ "know" is an announcement only after "let"."""
    if match.group() == "know" and "let " not in given.text[: match.start()].lower():
        return None
    return objective


OBJECTIVES: tuple[Rule, ...] = tuple(
    Rule(
        "objective",
        pattern,
        f"objective {objective}",
        examples,
        lambda m, g, objective=objective: _objective(m, g, objective),  # type: ignore[misc]
    )
    for objective, pattern, examples in (
        (
            "win_back",
            r"(?:win|get|bring|lure|fetch|gain)(?:ning|ting|ing)? (?:them |those |these )?back|"
            r"win-?back|reactivat(?:e|ing|ion)|re-?engag(?:e|ing)|"
            r"zurück(?:zu)?gewinn(?:en|ung)|rückgewinnung(?: von)?|wiedergewinn(?:en|ung)|"
            r"reaktivier(?:e|en|ung)|zurückhol(?:en)?|"
            r"(?:hol|hole|gewinn|gewinne|holen|gewinnen)(?= .*\bzurück\b)|zurück(?=$|[,.;!]| die)",
            ("win back", "zurückgewinnen"),
        ),
        (
            "service_due",
            r"(?:remind|reminder|nudge|erinner(?:e|n|t|ung)|serviceerinnerung|wartungserinnerung|"
            r"service reminder)(?: an)?",
            ("Remind everyone whose service is due",),
        ),
        (
            "viewing",
            r"(?:(?:get|book|bring|fill|arrange|more|mehr|some|to|for|offer) )*(?:an? |ein(?:e|"
            r"en)? )?"
            r"(?:private )?(?:viewings?(?: slots?| bookings?| appointments?)?|half an hour|"
            r"besichtigung(?:en|stermine?|s-?termin)?|eine halbe stunde)(?: booked| buchen)?|"
            r"(?:come (?:and )?|to )?(?:(?:an? )?(?:first |closer |private )?look at|see|try "
            r"on)(?= |$)|"
            r"vorbei(?:zu)?(?:kommen|schauen)|zu sehen|anzusehen|anzuschauen|"
            r"anprobieren|anprobe|ansehen kommen",
            ("Get viewings for …",),
        ),
        (
            "launch",
            r"launch(?:ing)?|introduc(?:e|ing)|premi(?:e|è)re|new arrivals?|just arrived|"
            r"neuheit(?:en)?|"
            r"neu eingetroffen|vorstellen|stell(?:e|t)?(?= .*\bvor\b)|einführ(?:en|ung)|"
            r"present(?:ing)?(?= (?:the|our) new)",
            ("Launch the …",),
        ),
        ("welcome", r"welcome|begrüß(?:e|en|ung|ungsmail)|willkommen(?: heißen)?|willkommensmail",
         ("Welcome new customers",)),
        (
            "thank",
            r"(?:say |send |send an? |an? )?thank(?:s|-you|ing)?(?: you)?(?: note| mail| letter| "
            r"to)?|"
            r"(?:be)?danke?n?(?: sagen)?|dankeschön(?: sagen)?|bedanke(?:n)?(?: uns)?(?: bei)?|"
            r"dank(?: an)",
            ("Thank customers who …",),
        ),
        (
            "invite",
            r"invit(?:e|ing|ation)(?: to)?|einlad(?:en|ung)|einzuladen|lad(?:e|et)?(?= .*\bein\b)|"
            r"ein(?=$|[,.;!]| die|, die)",
            ("Invite our customers",),
        ),
        (
            "announce",
            r"announc(?:e|ing|ement)|(?:tell|inform)(?:ing)?|let(?= .*\bknow\b)|know|"
            r"ankündig(?:e|en|ung)|inform(?:iere|ieren|ier)|sag(?:e|en|t)?(?= .*\bbescheid\b| "
            r"(?:den|allen|unseren|ihnen) )|"
            r"bescheid|erfahren|(?:find out|hear) (?:about|of)|mitteilen|teil(?:e|t)?(?= "
            r".*\bmit\b)",
            ("Announce new opening hours",),
        ),
        (
            "sell",
            r"(?<!nothing to )(?<!nothing for )sell(?:ing)?|sell off|^offer(?:ing)?(?= )|push "
            r"sales of|clear(?:ing)?(?= )|promot(?:e|ing)|advertis(?:e|ing)|"
            r"verkauf(?:e|en|t)?|abverkauf(?:en)?|bewerb(?:e|en)|bewirb|biete(?= .*\ban\b)|"
            r"anbieten",
            ("Sell straps to …",),
        ),
    )
)  # fmt: skip

_MAIL = (
    r"(?:e-?mails?|mail(?:ing)?s?|newsletters?|message|note|letter|campaign|kampagne|nachricht|"
    r"rundmail|brief|aktion|mail-?aktion|versand|send-?out)"
)
GREETING: tuple[Rule, ...] = (
    Rule(
        "mail",
        r"^\s*(?:hi|hello|hey|dear|hallo|liebes|moin|servus|guten (?:tag|morgen))(?: (?:all|"
        r"everyone|team|"
        r"there|folks|zusammen|ihr|together))*(?=\s?[,.!:])",
        "a greeting",
        ("Hi team,",),
    ),
    Rule(
        "mail",
        r"(?:(?<=[,.;!?-] )|(?<=[.!?] - ))(?:many )?(?:thanks|thank you|danke|vielen dank|cheers|"
        r"regards)"
        r"(?: a lot| in advance| so much| very much| im voraus| schön)*(?=\s*[.!]*\s*$)",
        "a word of thanks to whoever reads it",
    ),
)
MANNERS: tuple[Rule, ...] = (
    Rule(
        "mail",
        r"(?:please |bitte )?(?:write|send|drop|(?:an)?schreib(?:e|en|t)?|anmailen|anzuschreiben|"
        r"schick(?:e|en|t)?|sende(?:n)?|"
        r"e-?mail(?:ing)?|mail(?:e|en)?|contact|kontaktier(?:e|en)|do|make|mach(?:e|en)?|run|"
        r"plan(?:e|en)?|prepare|starte?n?)(?: (?:out|off))?(?: (?:an? |the |our |eine[nr]? |ein |"
        rf"die |unsere[nr]? )?(?:short |kurze[nr]? |nice |quick )?{_MAIL})?(?: to| an)?|"
        rf"(?:by |via |per |as an? |als |an? |the |eine[nr]? |ein )?(?:short |quick |kurze[nr]? |"
        rf"nice )?{_MAIL}(?: to| an)?",
        "it goes by e-mail, the one channel that a campaign sends by",
        ("send a mail to", "Newsletter"),
    ),
    Rule(
        "mail",
        r"(?:and |und |to |um )?(?:book|buy|reserve|order|buchen|kaufen|bestellen|reservieren)"
        r"(?: it| one| them| es| sie| eine[nr]?| ein)?(?: (?:an? )?(?:appointment|slot)| zu)?|"
        r"(?:is |are |be |werden |get )?(?:booked|gebucht)|(?:the )?(?:topic|subject|thema)(?: is|"
        r":| "
        r"ist)?(?= (?:the |our |der |die |das |unsere?r? )?\x00)|(?:an |for |einen? |zum |zu |den "
        r")*(?:termin(?:en?)?|appointments?)(?: (?:zu )?"
        r"(?:vereinbaren|buchen|machen))?",
        "what people are asked to do; it binds nothing",
        ("to book it", "einen Termin"),
    ),
    Rule(
        "mail",
        r"(?:put together|get in touch(?: with)?|reach out(?: to)?|write up|set up|draft|create|"
        r"verschick(?:e|en|t)|"
        r"versende(?:n|t)?|erstell(?:e|en|t)|vorbereiten|aufsetzen|entwerfen|rausschicken|"
        r"losschicken|raus)"
        rf"(?: (?:(?:an?|the|our|eine|die|unsere|den) )?{_MAIL})?(?: to| an)?|"
        r"(?:show(?:ing)?|featur(?:e|ing)|highlight(?:ing)?)(?= (?:them|people|everyone|our|the|"
        r"this|these|off|an?"
        r"|\x00))(?: (?:them|people))?|zeig(?:e|en|t)|vorzustellen|any ?time|jederzeit|of course|"
        r"natürlich|"
        r"go(?:es|ing)? out|rausgehen|for us|für uns",
        "what the mail does; it binds nothing",
        ("put together a mail", "show them the", "get in touch with"),
    ),
    Rule(
        "language",
        r"(?:in|auf|written in) (?:german|deutsch|english|englisch(?:er sprache)?)",
        "the language of the mail",
        ("in German",),
        lambda m, g: "de" if re.search("german|deutsch", m.group()) else "en",
    ),
)

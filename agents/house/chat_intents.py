# ruff: noqa: E501 (patterns are read whole)
"""What a message asks for, by documented phrases in English and German; the first that fits."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from agents.house.goal_text import lowered

Intent = Literal[
    "decide",
    "people_out",
    "elsewhere",
    "budget",
    "revenue",
    "claim",
    "approvals",
    "change",
    "move",
    "ask_report",
    "report",
    "calendar",
    "test",
    "segments",
    "describe",
    "count",
    "campaigns",
    "voice",
    "facts",
    "data",
    "campaign",
    "help",
    "greeting",
    "thanks",
]


class Phrase(NamedTuple):
    intent: Intent
    pattern: re.Pattern[str]


def _phrase(intent: Intent, *patterns: str) -> Phrase:
    return Phrase(intent, re.compile("|".join(f"(?:{one})" for one in patterns)))


_WHAT_GOES = r"(?:it|this|that|them|everything|all|the (?:mail|brief|campaign|draft|send))"
_PARTS = r"(?:subject(?: line)?|preheader|headline|opening|closing|button|call to action|cta|draft|copy|text|wording|tone|brief|betreff(?:zeile)?|vorschautext|überschrift|einstieg|schluss|knopf|entwurf|brief(?:ing)?|mailtext)"

PHRASES: tuple[Phrase, ...] = (
    _phrase(
        "people_out",
        r"(?:export|download|list|show|give|send|print|name|tell|read)\b[^.?!]{0,40}\b(?:e-?mail addresses|addresses|phone numbers|names|contact details|contacts|birthdays)\b",
        r"\b(?:e-?mail(?: address)?|address|phone(?: number)?|birthday) of (?!the (?:shop|boutique|house))",
        r"(?:what is|what's|whats) [a-zäöüß]+'s (?:e-?mail|address|phone|number|birthday)",
        r"\bwho exactly\b|\bwhich (?:customers|people) (?:are (?:they|these|those)|exactly)\b|\b(?:their|customers') names\b",
        r"(?:exportier|zeig|gib|schick|nenn|liste)\w*\b[^.?!]{0,40}\b(?:mailadressen|e-mail-adressen|adressen|namen|telefonnummern|kontaktdaten|geburtstage)\b",
        r"\b(?:mailadresse|e-mail-adresse|telefonnummer|adresse) von (?!der boutique|halden)",
    ),
    _phrase(
        "elsewhere",
        r"\b(?:pause|resume|unpause|halt|stop)\b[^.?!]{0,30}\b(?:sending|everything|all|mails?|campaigns?|sends?|it)\b",
        r"\b(?:cancel|delete|abort|erase|remove|discard)\b[^.?!]{0,40}\b(?:campaigns?|customers?|people|data|segments?|mails?|sends?|it|everything|everybody)\b",
        r"\b(?:change|set|raise|lower|turn off)\b[^.?!]{0,30}\b(?:quiet hours|settings?|roles?|caps?|limits?|password|budgets? of the model)\b|\b(?:add|invite|remove) (?:a |an )?(?:user|colleague|team ?mate)\b|\bimport (?:a |the |my |our )?(?:file|csv|orders|customers|data)\b",
        r"\b(?:pausier\w*|stopp\w*|halt\w* an)\b[^.?!]{0,30}\b(?:versand|alles|mails?|kampagnen?)\b|\b(?:brich|lösch\w*|storni\w*|entfern\w*)\b[^.?!]{0,40}\b(?:kampagnen?|kunden|daten|alles|mails?|segmente?)\b",
    ),
    _phrase(
        "budget",
        r"\broas\b|\broi of (?:meta|facebook|google|instagram|tiktok)",
        r"\b(?:double|triple|increase|raise|cut|halve|spend|more)\b[^.?!]{0,30}\b(?:ad|ads|advertising|meta|google|facebook|instagram|tiktok)\b",
        r"\b(?:ad|ads|advertising|meta|google|facebook|media) (?:budget|spend)\b",
        r"\b(?:werbebudget|werbeausgaben|anzeigenbudget|mediabudget)\b|\bbudget\b[^.?!]{0,30}\b(?:verdoppel\w*|erhöh\w*|kürz\w*|halbier\w*)|(?:verdoppel|erhöh|halbier)\w*\b[^.?!]{0,30}\bbudget",
        r"\bdouble the budget\b",
    ),
    _phrase(
        "revenue",
        r"\blast[- ]click\b|\bletzter? klick\b|\battribut\w+",
        r"\b(?:e-?mail|mail|newsletter)s?\b[^.?!]{0,20}\b(?:revenue|turnover|sales)\b|\b(?:revenue|turnover|sales) (?:from|by|of|through|via) (?:e-?mails?|mails?|the newsletter)\b",
        r"\b(?:mail|e-mail|newsletter)-?umsatz\b|\bumsatz\b[^.?!]{0,30}\b(?:mails?|e-mails?|newsletter)\b",
        r"\bhow much (?:money|revenue) did (?:e-?mails?|our mails?) (?:make|bring)",
    ),
    _phrase(
        "claim",
        r"\b(?:say|claim|write|tell (?:them|people|customers)|mention|state) (?:that )?(?:we(?:'re| are| have)|it(?:'s| is)|our|they(?:'re| are)|this is)\b",
        r"(?<!what )\b(?:can|may) (?:we|i) (?:say|claim|write)\b",
        r"\b(?:sag|sagen sie|schreib|schreiben sie|behaupte|behaupten sie|erwähn\w*)[,:]? ?(?:dass |bitte )*(?:wir|unsere|es|sie)\b",
        r"(?<!was )\b(?:dürfen|können) wir (?:sagen|behaupten|schreiben)\b",
    ),
    _phrase(
        "ask_report",
        r"\b(?:write|make|create|refresh|update|renew|prepare|ask for)\b[^.?!]{0,20}\breports?\b",
        r"\b(?:erstell|schreib|aktualisier|mach)\w*\b[^.?!]{0,25}\bbericht",
    ),
    _phrase(
        "change",
        rf"\b(?:change|make|shorten|rewrite|replace|rephrase|use|set|soften|translate|fix|improve|edit|tone down)\b[^.?!]{{0,40}}\b{_PARTS}\b",
        rf"\b{_PARTS}\b[^.?!]{{0,20}}\b(?:shorter|longer|softer|simpler|warmer|should (?:be|say)|too (?:long|short|loud))",
        rf"\b(?:ändere?|mach|kürze?|ersetz|formulier|schreib)\w*\b[^.?!]{{0,30}}\b(?:den |die |das )?{_PARTS}\b",
        rf"\b{_PARTS}\b[^.?!]{{0,20}}\b(?:kürzer|länger|sanfter|zu lang|zu laut|soll(?:te)? )",
        r"\bhold back (?:more|fewer|\d+)|\b(?:more|fewer) people held back\b",
    ),
    _phrase(
        "move",
        r"\b(?:move|postpone|reschedule|shift|delay|bring forward|push)\b[^.?!]{0,40}\b(?:to|until|by|back|till|forward)\b",
        r"\b(?:send|schedule) (?:it|this|that|the (?:mail|campaign|send)) (?:on|at|tomorrow|next|this|instead|later)",
        r"\b(?:could|can|may) (?:it|this|that) (?:go out|be sent) (?:on|at|tomorrow|next|this|later)",
        r"\b(?:verschieb|verleg)\w*\b|\b(?:schick|send)\w* (?:es|sie|das|die mail) (?:erst |lieber |bitte )*(?:am|um|morgen|nächste)",
    ),
    _phrase(
        "decide",
        rf"\b(?:send|ship|publish|release|launch) {_WHAT_GOES}\b|\bsend (?:now|away|off)\b",
        r"\bapproved?\b(?!.{0,30}\?)|\bi approve\b|\bgreen light\b|\bgo ahead\b|\blet'?s go\b|\bgo live\b|\bsign(?:ed)? off\b|\breject (?:it|this|that|the)\b",
        r"^(?:looks?|that looks|it looks|sounds|seems) (?:lovely|good|great|fine|perfect|nice|ok)\b|^(?:perfect|lovely|ship it|do it|yes,? (?:send|do|go)|ok,? (?:send|go)|fine,? send)\b",
        r"\bfreigegeben\b|\bfreigeben\b|\bgenehmig\w*\b|\braus damit\b|\bschick(?:en sie)? (?:es|sie|das|die mail|alles)?\s?(?:raus|ab|los|jetzt)\b|\b(?:sieht|passt)\b.{0,20}\b(?:gut|schön|super|prima|so)\b|^(?:passt|einverstanden|los)\b|\bablehnen\b",
    ),
    _phrase(
        "approvals",
        r"\bwhat(?:'s| is| are)?\b[^.?!]{0,20}\b(?:waits?|waiting|pending)\b|\bwaits? for (?:me|my|us|a|an|approval)\b|\b(?:my|the|open|pending) approvals?\b|\binbox\b|\banything to approve\b|\bwhat (?:do i|should i|must i) (?:approve|decide)\b",
        r"\b(?:was|worauf) wartet\b|\bwartet (?:auf|etwas)\b|\b(?:offene )?freigaben?\b(?!.*\?!)|\bwas muss ich (?:freigeben|entscheiden)\b",
    ),
    _phrase(
        "test",
        r"\bsmallest (?:effect|gain)\b|\bpower\b|\bsample size\b|\bhow many (?:people|customers) (?:do|would|must) (?:i|we) need\b|\b(?:what|which gain) (?:could|can|would) (?:a|the|this) (?:test|mail|campaign)\b[^?]{0,60}\b(?:show|prove)\b|\bhow (?:big|large) (?:must|should|would) (?:a|the) test\b|\bhold ?out\b|\bhow many (?:to|should we) hold back\b",
        r"\bteststärke\b|\bwie viele\b[^.?!]{0,30}\b(?:zurückhalten|brauchen wir)\b|\bwas (?:kann|könnte|würde) (?:ein|eine|der|die) (?:test|mail|kampagne)\b[^?]{0,60}\b(?:zeigen|nachweisen)\b|\bkontrollgruppe\b[^.?!]{0,20}\bgroß\b",
    ),
    _phrase(
        "calendar",
        r"\bcalendar\b|\bwhat(?:'s| is)? (?:goes|going|scheduled|planned|coming)\b|\b(?:goes|going|go) out\b|\bscheduled\b|\bwhen (?:is|does|do|are) (?:the |our )?(?:next|last)\b|\bquiet hours\b|\bwhen could (?:we|i|it|a mail)\b|\bmost mails\b|\bis sending (?:on|paused)\b",
        r"\bkalender\b|\bwas (?:geht|ist)\b[^.?!]{0,30}\b(?:raus|geplant|hinaus)\b|\bgeplant\b|\bwann (?:geht|gehen|ist)\b|\bruhezeiten?\b",
    ),
    _phrase(
        "report",
        r"\bhow (?:did|has|have|was|were|is|well)\b[^?]{0,80}\b(?:do|doing|done|work|worked|go|perform|performed|mail|campaign|letter)\b|\bhow (?:was|were)\b",
        r"\bcompare\b|\bvergleich\w*\b|\b(?:opened|clicked|unsubscribed)\b[^.?!]{0,20}\b(?:last|latest|this|that)\b|\b(?:letzte[nrs]?|diese[nr]?)\b[^.?!]{0,30}\b(?:geöffnet|geklickt|abgemeldet)\b",
        r"\bresults?\b|\breports?\b|\bdid (?:it|they|the|our)\b[^?]{0,60}\b(?:work|help|bring|sell|change)\b|\bwhat did\b[^?]{0,60}\b(?:bring|change|do)\b|\bwhat worked\b|\bwhich (?:campaign|mail|variant)\b[^?]{0,30}\b(?:best|better|won|worked)\b|\bbest campaign\b",
        r"\bwie (?:lief|war|waren|liefen|ist)\b[^?]{0,60}(?:\bgelaufen\b|\bkampagne\b|\bmail\b|\bbrief\b|$|\?)|\bergebnis\w*\b|\bbericht\w*\b|\bwas hat\b[^?]{0,60}\bgebracht\b|\bhat\b[^?]{0,60}\b(?:gewirkt|funktioniert|gebracht)\b",
    ),
    _phrase(
        "segments",
        r"\bsegments?\b(?! of)|\b(?:which|what) (?:audiences|groups|segments)\b|\bbest customers\b|\bvips?\b(?=[^.!]*\?)|\btop customers\b",
        r"\bsegmente?\b|\bzielgruppen\b|\bwelche gruppen\b|\bbeste[nr]? kunden\b",
    ),
    _phrase(
        "count",
        r"\bwhy\b[^.?!]{0,60}\b(?:left out|not (?:be )?mailed|cannot be|can't be|excluded)\b|\b(?:warum|wieso)\b[^.?!]{0,60}\b(?:ausgelassen|nicht angeschrieben)\b",
        r"\bhow many\b|\bhow (?:big|large)\b|\bnumber of\b|\bcount\b|\bsize of\b|\bhow much of\b",
        r"\bwie ?viele?\b|\banzahl\b|\bwie groß\b|\bzähle?\b",
    ),
    _phrase(
        "describe",
        r"\b(?:describe|profile|tell me about|what do we know (?:about|of))\b|\bwhat (?:do|does|did)\b[^?]{0,60}\b(?:spend|buy|cost us|bring)\b|\bworth\b|\baverage order\b|\bwho are\b|\bhow much do\b[^?]{0,40}\bspend\b",
        r"\b(?:beschreib|profil)\w*\b|\bwas wissen wir\b|\bwas (?:kaufen|geben)\b|\bwie viel geben\b|\bwer sind\b|\bdurchschnittliche?r? (?:bestell|waren)",
    ),
    _phrase(
        "campaigns",
        r"\b(?:list|show|which|what|our|all|past|recent|last)\b[^.?!]{0,15}\bcampaigns\b|\bwhat have we sent\b|\bwhat did we send\b",
        r"\b(?:welche|alle|unsere|letzten|zeig\w*)\b[^.?!]{0,15}\bkampagnen\b|\bwas haben wir (?:verschickt|gesendet)\b",
    ),
    _phrase(
        "voice",
        r"\bhow (?:do|would|should) (?:we|i) (?:say|write|talk|sound|put|describe|greet)\b|\b(?:our|brand|the) (?:voice|tone)\b|\bpast copy\b|\bhow have we said\b|\bguide say\b",
        r"\bwie (?:sagen|schreiben|klingen|reden|begrüßen|sprechen) wir\b|\b(?:tonfall|tonalität|markenstimme|stimme)\b|\bleitfaden\b",
    ),
    _phrase(
        "data",
        r"\b(?:what|which) data\b|\bhow (?:fresh|old|current) (?:is|are) (?:the|our) data\b|\bwhat (?:do you|can you) (?:know|see)\b|\bwhich events\b",
        r"\bwelche daten\b|\bwie aktuell\b|\bdatenstand\b",
    ),
    _phrase(
        "facts",
        r"\bwhat (?:can|may) we (?:say|claim|write) (?:about|of)\b|\bfacts?\b|\b(?:price|cost|costs|warranty|in stock|opening hours|flaws?) (?:of|for|on|does|do)?\b|\bhow much (?:is|are|does|do|for)\b|\bdo we (?:have|sell)\b|\bwhen are we open\b|\bwhat does\b[^?]{0,40}\bcost\b",
        r"\bwas kostet\b|\bwas kosten\b|\b(?:preis|garantie|öffnungszeiten|lager|fakten|makel)\b|\bwas (?:dürfen|können) wir\b|\bhaben wir\b[^?]{0,40}\b(?:noch|auf lager|vorrätig)\b",
    ),
    _phrase(
        "campaign",
        r"\b(?:write|send|mail|invite|remind|announce|launch|start|begin|create|prepare|draft|plan|win back|thank|welcome|get|sell|offer|push|run)\b",
        r"\b(?:schreib|schick|send|lad|erinner|kündig|starte|beginn|erstell|bereite|gewinn|begrüß|bedank|verkauf|biete|mach)\w*\b",
        r"\b(?:mail|e-mail|newsletter|campaign|kampagne|mailing|aktion) (?:to|for|about|an|für|zu|zum|über)\b",
        r"\bto (?:the |all |our |everyone|everybody)|^(?:an|für) (?:die|alle|unsere)",
    ),
    _phrase(
        "thanks", r"^(?:thanks|thank you|thx|cheers|danke|vielen dank|merci)\b",
    ),
    _phrase(
        "help",
        r"\bhelp\b|\bwhat can you do\b|\bhow does this work\b|\bwho are you\b",
        r"\bhilfe\b|\bwas k(?:annst|önnen) (?:du|sie)\b|\bwie funktioniert\b",
    ),
    _phrase(
        "greeting",
        r"^(?:hi|hello|hey|good (?:morning|day|afternoon|evening)|guten (?:tag|morgen|abend)|hallo|moin|servus|grüß gott)\b",
    ),
)  # fmt: skip

_QUESTION = re.compile(
    r"\?\s*$|^(?:how|what|which|when|who|why|did|does|do|is|are|was|were|can|could|"
    r"wie|was|wann|welche[rsn]?|wer|warum|hat|haben|gibt|ist|sind)\b"
)
_ORDER = re.compile(
    r"^(?:please |bitte )?(?:write|send|mail(?!-)|invite|remind|announce|launch|start|create|prepare|draft|plan|win back|thank|welcome|"
    r"schreib\w*|schick\w*|lad\w*|erinner\w*|kündig\w*|starte\w*|erstell\w*|gewinn\w*)\b(?=.{12,})"
)
_ASKED_FOR = re.compile(
    r"^(?:can|could|would|will) you\b|^(?:shall|should|may|can) (?:we|i)\b|"
    r"^(?:kannst|könn\w+|würd\w+) (?:du|sie)\b|^(?:soll\w*|können|dürfen) (?:wir|ich)\b"
)
"""A wish in the form of a question."""
_LONG = 14
"""Words; a decision is a short message."""


def intents(text: str) -> tuple[Intent, ...]:
    """What a message may ask for, the likeliest first; empty where no phrase fits."""
    plain = lowered(text).strip()
    found = [one.intent for one in PHRASES if one.pattern.search(plain)]
    if len(plain.split()) > _LONG and "decide" in found and len(found) > 1:
        found.remove("decide")
    if _QUESTION.search(plain) and not _ASKED_FOR.match(plain):
        found = [one for one in found if one != "campaign"]  # a question begins nothing
    elif "campaign" in found and _ORDER.match(plain):
        # "Write to everyone whose report …" asks for a mail, whatever else it speaks of.
        early = [one for one in found if one in ("people_out", "elsewhere", "claim", "change", "move", "decide",
                                                 "ask_report")]  # fmt: skip
        found = [*early, "campaign", *(o for o in found if o not in (*early, "campaign"))]
    return tuple(found)

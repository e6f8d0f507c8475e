"""What may not or cannot be done: read first, and answered with the nearest that can be."""

from __future__ import annotations

from typing import NamedTuple, get_args

from domain.goal import Impossible


class Barred(NamedTuple):
    """One kind of wish that is refused, in English and German."""

    code: str
    pattern: str
    why: str
    instead: str
    example: str


BARRED: tuple[Barred, ...] = (
    Barred(
        "ignores_unsubscribe",
        r"(?:(?:and |also |even |yes,? |including |include |incl\. )*(?:to )?(?:those|people|"
        r"everyone|"
        r"customers|the ones|anyone)? ?(?:who |that )?(?:have |has |had )?(?:unsubscribed|opted[- "
        r"]out|"
        r"signed off)(?: from us| too| as well)?|re-?subscribe(?: everyone| people| them)?|"
        r"ignor(?:e|ing) (?:the |all )?(?:unsubscribes?|opt-?outs?)|"
        r"(?:und |auch |inklusive |einschließlich |sogar )*(?:an )?(?:die |der |alle "
        r")?(?:abgemeldete[nr]?|"
        r"abbestellte[nr]?)(?: kunden| empfänger)?|(?:auch )?(?:an )?(?:die|wer),? (?:sich |sie )?"
        r"(?:abgemeldet|abbestellt) (?:haben|hat)|(?:without|no|ohne) (?:an? |einen )?"
        r"(?:unsubscribe|opt-?out|abmelde)[- ]?(?:link|option)?)",
        "Who has unsubscribed gets no more mail, and every mail lets people unsubscribe.",
        "everyone who agreed to mails and has not unsubscribed",
        "including those who unsubscribed",
    ),
    Barred(
        "without_consent",
        r"(?:to )?(?:everyone|everybody|all) (?:that )?we have(?: an address for)?|(?:to )?(?:the |"
        r"our )?"
        r"(?:whole|entire|full|complete) (?:list|database|base|address book|customer base)|every "
        r"(?:e-?mail )?"
        r"address (?:we have|in the (?:system|database|crm))|(?:to )?all (?:our )?(?:e-?mail "
        r")?addresses|"
        r"(?:the |a |our )?(?:bought|purchased|rented|scraped) (?:e-?mail )?(?:list|addresses|"
        r"leads)"
        r"(?: of .{3,40}?(?=[,.;]|$))?|(?:even |also )?(?:without|with no|regardless of|no) "
        r"(?:their )?"
        r"(?:consent|permission|opt-?in)|(?:who |that )?(?:have ?n[o']t|have not|never|did "
        r"?n[o']t) (?:agreed?|"
        r"opt(?:ed)? in|consent(?:ed)?|subscribed?)(?: to (?:mails?|e-?mails?|marketing|the "
        r"newsletter))?|"
        r"(?:an )?(?:die |den |unsere[nr]? )?(?:ganze[nr]?|gesamte[nr]?|komplette[nr]?) (?:liste|"
        r"datenbank|bestand|kundendatei|verteiler|adressbestand)|(?:an )?alle adressen|(?:an "
        r")?alle,? "
        r"die wir haben|(?:an )?(?:die )?gekaufte[nr]? (?:adressen|liste)|(?:auch )?ohne (?:deren |"
        r"ihre )?"
        r"(?:einwilligung|zustimmung|erlaubnis|opt-?in)|(?:die )?(?:nicht|nie) (?:zugestimmt|"
        r"eingewilligt)"
        r"(?: haben)?",
        "Only people who agreed to mails, with proof, may be written to.",
        "everyone who agreed to mails",
        "to everyone we have",
    ),
    Barred(
        "skip_approval",
        r"(?:without|skip(?:ping)?|bypass(?:ing)?|no need for|don'?t wait for|no) (?:the |any |my |"
        r"anyone'?s |"
        r"a )?(?:approval|approving|sign-?off|review|gate|check(?:ing|s)?|asking(?: me| anyone)?|"
        r"anyone (?:checking|looking)(?: at it)?)s?|(?:don'?t|do not|never) (?:ask|bother|wait)(?: "
        r"me| us| "
        r"anyone| for me)?(?: again| first)?|(?:send|publish) (?:it |them )?(?:straight out|"
        r"automatically|"
        r"directly|unchecked|by itself)|auto-?(?:approve|send|publish)|ohne (?:meine |weitere |die "
        r")?"
        r"(?:freigabe|prüfung|rückfrage(?:n)?|nachfrage(?:n)?|kontrolle|zustimmung von)|(?:nicht|"
        r"ohne) "
        r"(?:erst )?(?:nach)?(?:zu)?fragen|(?:freigabe|prüfung) (?:überspringen|auslassen)|"
        r"ungeprüft|"
        r"frag(?:t|e)? (?:bitte )?nicht(?: nach)?",
        "Nothing goes out before a person has approved exactly that.",
        "an approval by the person who has the right, by phone if need be",
        "without approval",
    ),
    Barred(
        "personal_data_out",
        r"(?:and |then )?(?:export|download|send me|give me|mail me|print|share|hand over|show me|"
        r"attach|"
        r"upload|forward)(?: me| us)? (?:a |the |all |an )?(?:(?:list|file|excel|csv|export|"
        r"spreadsheet)"
        r"(?: sheet| file)? (?:of|with) )?(?:all |the |their |our )*(?:e-?mail |mail |phone |home "
        r")?"
        r"(?:addresses|e-?mails|names|phone numbers|birthdays|contacts|customer data|customer list|"
        r"personal data)(?: and (?:names|addresses|e-?mails|phone numbers))?(?: (?:of|to|for|with) "
        r".{3,40}?"
        r"(?=[,.;]|$))?|(?:exportier\w*|schick(?:e|t)? (?:mir|uns)|gib (?:mir|uns)|sende (?:mir|"
        r"uns)|"
        r"lad(?:e)? .{0,20}herunter|zeig(?:e)? mir)(?: bitte)?(?: eine?)?(?: liste| datei| excel| "
        r"tabelle)?"
        r"(?: mit| von)? ?(?:allen?|alle|die|den|der)? ?(?:e-?mail-?|mail-?|telefon)?"
        r"(?:adressen|namen|nummern|telefonnummern|kundendaten|kundenliste)(?: (?:an|der|aller|"
        r"von) "
        r".{3,40}?(?=[,.;]|$))?",
        "Names and addresses do not leave the workspace through a campaign.",
        "the audience's size and figures; people are shown masked",
        "send me a list of their e-mail addresses",
    ),
    Barred(
        "guaranteed_result",
        r"(?:guarantee|promise|ensure|make sure (?:of|we (?:get|have|reach|sell))|must (?:bring|"
        r"get|sell|yield|"
        r"deliver)|has to (?:bring|get|sell|yield|deliver)|we need to (?:get|sell|make))(?:s|d|"
        r"ing)?(?: us| me| "
        r"that we (?:get|sell))? (?:at least |exactly )?(?:an? |the )?(?:<NUM>|<MONEY>|<PERCENT>|"
        r"<COUNT>|"
        r"doubl(?:e|ing))(?: (?:more )?(?:bookings|viewings|sales|orders|purchases|customers|new "
        r"customers|"
        r"revenue|clicks|open rate|opens|in sales|increase|uplift|watches|rings))?|(?:double|"
        r"triple) (?:our |"
        r"the )?(?:revenue|sales|turnover|orders)|guaranteed (?:success|results?|sales|return|"
        r"uplift|opens)|"
        r"(?:garantier(?:e|t|en)?|muss|müssen|versprich)(?: uns| mir)? (?:mindestens )?(?:<MONEY>|"
        r"<PERCENT>|"
        r"<COUNT>) .{0,12}(?:bestellungen|verkäufe|umsatz|besichtigungen|termine|kunden|buchungen|"
        r"mehr)"
        r"(?: umsatz| bringen| garantiert)?|(?:umsatz )(?:verdoppeln|verdreifachen)|"
        r"garantierte[nr]? "
        r"(?:erfolg|umsatz|verkäufe)",
        "What a mail brings is measured afterwards; nobody can promise it.",
        "a target, with what the test can show",
        "guarantee 50 bookings",
    ),
    Barred(
        "unprovable_claim",
        r"(?:(?:say|tell (?:them|people)|claim|mention|write)(?: that)? )?(?:(?:we'?re|we are|they "
        r"are|it'?s|"
        r"it is|ours are|that we are|as|is|are) )?(?:the )?(?:cheapest|lowest[- ]priced?|lowest "
        r"prices|"
        r"best(?: watches| rings| prices?| shop| jewell?er| watchmaker| quality)?(?= (?:in|of|"
        r"worldwide|anywhere))|"
        r"no\.? ?1|number (?:one|1)|leading|finest|most (?:trusted|beautiful|reliable|accurate))"
        r"(?: (?:in|of|on|worldwide|anywhere)(?: (?:the |all )?(?:[a-zäöü]+))?)?|"
        r"(?:will |always |only )?(?:goes? up|gain|rise|increase|keep|hold)s? (?:in |its |their "
        r")?value|"
        r"(?:a )?(?:safe|secure|good|great) investment|value retention|better than (?:the "
        r")?[a-zäöü]+|"
        r"(?:never|won't) (?:breaks?|fails?|wears? out)|(?:100 ?%|fully|completely) (?:waterproof|"
        r"scratch[- ]?proof|"
        r"sustainable|climate[- ]neutral)|climate[- ]neutral|(?:dass )?(?:wir )?(?:die |der |das )?"
        r"(?:günstigste[nr]?|billigste[nr]?|führende[nr]?|nummer eins|nr\. ?1|"
        r"schönste[nr]?)"
        r"(?: [a-zäöüß]+)?(?: (?:in|von|der|aus) (?:ganz )?[a-zäöüß]+)?(?: sind)?|wertanlage|"
        r"(?:wir (?:sind|haben) )?(?:die )?beste[nr]? (?:uhren?|ringe?|qualität|preise?|auswahl|"
        r"juweliere?|uhrmacher|service)(?: (?:in|von|der|aus) (?:ganz )?[a-zäöüß]+)?(?: sind)?|"
        r"wertsteigerung|"
        r"wertbeständig|sichere (?:anlage|investition)|(?:klimaneutral|unzerstörbar)",
        "No fact of the brand proves it.",
        "what the facts prove: price, age, condition, service, warranty",
        "the cheapest in Germany",
    ),
    Barred(
        "false_scarcity",
        r"(?:(?:say |pretend |claim |write )(?:that )?|(?:(?<=tell people )|(?<=tell them "
        r"))(?:that )?)"
        r"(?:there (?:are|is) )?(?:only|just) "
        r"(?:<COUNT>)(?: (?:are |is )?(?:left|remaining|pieces?|watches|rings|in stock|of "
        r"them))*|(?:pretend|fake|as if|make it "
        r"(?:look|sound) like)"
        r"[^,.;]{0,40}(?:sold out|running out|almost gone|last (?:one|chance|piece)|ends? (?:today|"
        r"tonight|soon)|"
        r"left)|(?:fake |artificial )(?:scarcity|urgency|countdown)|(?:a )?countdown(?: timer)?|"
        r"last chance"
        r"(?: mail)?|(?:create|build|add) (?:some )?(?:urgency|pressure|fomo)|fomo|almost sold out|"
        r"(?:sag(?:e|en)?|schreib(?:e|en)?|behaupte(?:n)?|tu(?:n)? so)[^,.;]{0,30}(?:nur noch|als "
        r"(?:ob|wäre|gäbe))"
        r"[^.;]{0,40}|(?:künstliche[nr]? )?verknappung|letzte chance|fast ausverkauft|nur noch "
        r"heute",
        "Scarcity is said only where the stock says it.",
        "the true stock: “We have one.”",
        "say only 3 are left",
    ),
    Barred(
        "price_reference",
        r"(?:cross(?:ed)?[- ]out|strik(?:e|ing)[- ]?(?:through|out)|struck[- ]out|inflated|"
        r"invented|fake|old|"
        r"higher|crossing out the) (?:the |a |an )?(?:\w+ )?(?:price|prices|rrp)(?: of <MONEY>)?|"
        r"(?:was|instead of|"
        r"reduced from|down from|rrp|msrp|uvp|statt|früher)(?: of)? <MONEY>(?:,? (?:now|jetzt|"
        r"nur))?(?: (?:only|nur))?"
        r"(?: <MONEY>)?|(?:compared? (?:to|with) |against |vs\.? |gegenüber )(?:the |der )?(?:rrp|"
        r"msrp|uvp|"
        r"list price|new price|neupreis|listenpreis)|(?:raise|increase) (?:the )?prices? (?:first|"
        r"before)[^,.;]{0,40}|"
        r"streichpreis(?:e)?|durchgestrichene[nr]? (?:preis|preise)|(?:vorher )?preise? (?:vorher "
        r")?erhöhen",
        "A reduction must refer to the lowest price of the last 30 days.",
        "the price, and the lowest price of the last 30 days beside it",
        "was € 4,000, now € 2,450",
    ),
    Barred(
        "impersonation",
        r"as if (?:it )?(?:were|was|is|came|comes) from (?!us\b|halden)[^,.;]{3,30}?"
        r"(?= (?:about|on|to|for)\b|[,.;]|$)|"
        r"(?:sign(?:ed)?(?: it)?|write|send(?: it)?|mail|pretend(?:ing)?|pose|posing|come|look|"
        r"make it look|"
        r"made to look|disguise(?:d)?(?: it)?)(?: \w+)? (?:as if (?:it (?:were|was|is|came|comes) "
        r")?(?:from )?|"
        r"like (?:it'?s |it is |it comes )?(?:from )?|to be |as (?:though )?(?:from )?|in the name "
        r"of |"
        r"on behalf of )(?:an? |the |their |its )?(?:rolex|omega|bank|tax (?:office|authority)|"
        r"police|post office|"
        r"dhl|customs|friend|(?:order |delivery |shipping )?confirmation|invoice|personal (?:reply|"
        r"mail|letter)|"
        r"manufacturer|maker|government|competitor)[^,.;]{0,30}|(?:fake )(?:reply|invoice|order "
        r"confirmation)|"
        r"[\"“„']?re:[\"”“']?(?: in)?(?: the)? subject(?: line)?|(?:im namen|als (?:wäre|"
        r"ob)[^,.;]{0,20}) ?(?:von|der|"
        r"des|vom)? ?(?:rolex|omega|bank|finanzamt(?:s)?|polizei|post|zoll|"
        r"hersteller(?:s)?)[^,.;]{0,30}|"
        r"(?:wie|als) (?:eine )?(?:rechnung|bestellbestätigung|versandbestätigung|persönliche "
        r"antwort)"
        r"(?: aussehen(?: lassen)?| tarnen| getarnt)?",
        "A mail says truly who writes it and what it is.",
        "a mail in the brand's own name",
        "as if from the bank",
    ),
    Barred(
        "sensitive_data",
        r"(?:who |that )?(?:are |is |have |were )?(?:recently )?(?:muslim|jewish|christian|"
        r"catholic|hindu|religious|gay|"
        r"lesbian|homosexual|pregnant|ill|sick|diabetic|disabled|depressed|divorced|widowed|"
        r"conservative voters|"
        r"left-wing|trade union members?|party members?)s?(?: (?:<PEOPLE>|women|men))?|(?:by|their|"
        r"based on) (?:religion|"
        r"health|political views?|sexual orientation|ethnicity|race)|(?:die "
        r")?(?:schwanger(?:e[nr]?)?|muslimische[nr]?|"
        r"jüdische[nr]?|katholische[nr]?|geschiedene[nr]?|verwitwete[nr]?|kranke[nr]?|"
        r"homosexuelle[nr]?|"
        r"behinderte[nr]?)(?: <PEOPLE>| frauen| männer)?(?: sind)?|nach (?:religion|gesundheit|"
        r"herkunft)",
        "Health, faith, orientation, politics and family losses are not data to write mails by.",
        "people by what they bought or looked at",
        "pregnant customers",
    ),
    Barred(
        "protected_trait",
        r"(?:only |just |all |our |to |the |nur |an |alle |allen |die )*(?:female|male|women|men|"
        r"ladies|gentlemen|girls|"
        r"boys|wives|husbands|frauen|männer(?:n)?|damen|herren|weibliche[nr]?|männliche[nr]?|"
        r"kundinnen(?! und kunden))"
        r"(?: (?:<PEOPLE>|only))?(?= |$|[,.;])(?!uhr|ring)|(?:people |customers |those |kunden |"
        r"anyone )?(?:aged|over|"
        r"under|above|below|older than|younger than|über|unter|ab|älter als|jünger als)(?: the age "
        r"of)? \d{2}"
        r"(?: (?:to|and|bis|und) \d{2})?(?: (?:years?(?: old| of age)?|jahren?(?: alt)?))?(?! "
        r"?(?:%|€|eur|euro|people|"
        r"customers|days|months|weeks|tage|monate|wochen|orders|mm|prozent))|(?:pensioners|"
        r"retirees|millennials|"
        r"gen[- ]?z|boomers|seniors|senioren|rentner(?:n|innen)?|teenagers?)",
        "Sex and age are not recorded, and must not be guessed from a name.",
        "all of them, by what they bought",
        "women over 60",
    ),
    Barred(
        "unknown_segment",
        r"(?:on |for |to |with |zum |am |an )?(?:their |his |her |the )?(?:birthdays?(?: mail| "
        r"this month)?|name days?|"
        r"(?:wedding )?anniversar(?:y|ies)(?! of (?:the|our) (?:house|company))|"
        r"geburtstags?(?:kinder|mail)?|"
        r"jahrestag(?:e|es)?|hochzeitstag(?:e|es)?)(?: have| haben)?|(?:our |the |all |to |an |"
        r"unsere |die )*(?:vips?|"
        r"vip[- ](?:customers|clients|kunden)|influencers?|high[- ](?:intent|value|potential)(?: "
        r"<PEOPLE>)?|rich(?:est)?"
        r"(?: <PEOPLE>)?|wealthy(?: <PEOPLE>)?|millionaires?|reiche[nr]?(?: <PEOPLE>)?|"
        r"vermögende[nr]?(?: <PEOPLE>)?|"
        r"(?:people |customers )?(?:likely|about|going) to (?:buy|churn|leave|propose|marry)|"
        r"lookalikes?|"
        r"(?:people |customers |couples )?(?:who are )?(?:getting|about to get|planning to get) "
        r"(?:married|engaged)|"
        r"(?:die )?(?:bald )?heiraten(?: wollen| werden)?|kaufbereite[nr]?(?: <PEOPLE>)?|"
        r"abwanderungsgefährdete[nr]?"
        r"(?: <PEOPLE>)?|followers?|fans|stammkunden)",
        "The data do not record it.",
        "people by purchases, value, viewings and services that are recorded",
        "on their birthday",
    ),
    Barred(
        "channel_missing",
        r"(?:by |via |per |on |over |an? |as an? |also |and |und |plus |auch |als |auf |send |push "
        r")*(?:(?:sms|text messages?|"
        r"whatsapp|instagram|facebook|tiktok|linkedin|pinterest|youtube|telegram|google ads?|push "
        r"notifications?|"
        r"postcards?|letters? by post|flyers?|direct mail|billboards?|radio|tv|postkarten?|"
        r"briefpost|plakate?|"
        r"anzeigen)(?: (?:posts?|stories|story|ads?|campaign|messages?|nachricht(?:en)?|anzeigen|"
        r"beitrag|kampagne))?)|"
        r"(?:call|phone|ring up) (?:them|everyone|all|our|the)(?: (?:customers|up))?|(?:ruf(?:e|t|"
        r"en)?)(?= .*\ban\b)|"
        r"anrufen",
        "A campaign sends e-mail alone; text messages, pages, ads and posts are written beside it.",
        "the same message by e-mail, and once its brief is approved, pieces for the other channels "
        "on the campaign's page (Other channels), for you to place",
        "by SMS",
    ),
)  # fmt: skip

KNOWN_CODES = frozenset(get_args(Impossible.model_fields["code"].annotation))

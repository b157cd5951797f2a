"""What is said around a port's name: that it is one, what is done there with goods, who is asked there.

Invariant: the words are the trade's and any writer's; what stands before a name is given without brackets, from where
its sentence begins, and what stands behind it by its place in the text.
"""

import re

# What stands before a name that is called a port, ...
_OF_GOODS = r"(?:entry|unlading|discharge|arrival|import(?:ation)?|exam(?:ination)?|export(?:ation)?|lading|loading)"
_CALLED = re.compile(
    rf"\b(?:(?:air|sea)?ports?(?: (?:directors?|(?:of|at) {_OF_GOODS}))?(?: (?:used|involved|so far)(?=:)|"
    rf",? (?:by|in order of) \w+:)?"
    r"(?:,| of| at| in| is| was| are| were|:|\||\s-|\s?\.{3,})*(?: the)?|"
    r"(?:harbou?rs?|crossings?|piers?|docks?|quays?|CES|container (?:terminals?|yards?)) (?:of|at|in)(?: the)?|"
    r"(?:area|district|assistant|acting) directors?(?:,| at| in| of)|contacts? (?:for|at):?|"
    r"U\.?S\.? (?:Customs|Bureau of Customs|CBP)(?: and Border Protection| & Border Protection| Service)?|"
    r"\bports?\b[^.:;?\n]{0,40}\?|transs?hip(?:ment|ped)?(?: port)?(?::| at| via)|T/S(?::| at| via)?|"
    r"(?:guards?|officers?|inspectors?|specialists?|supervisors?|agents? of CBP|CBPOs?|longshoremen|"
    r"stevedores?|dockers|lumpers) (?:at|in|of)|"
    r"(?:POE|POU|POD|POL|P\.O\.[DEL]\.)[:,]?(?: (?:of|is|was|at))?|"
    r"(?:CBP|customs)(?: (?:officers|inspectors|specialists))?(?:,| at| in| of| port of)?|"
    r"(?:AD|AD/CVD|CVD|IPR|cargo|drawback|exam|outbound|rail|trade|truck) (?:team|shift)(?:,| at| in)?|"
    r"Forfeitures(?=[ ]*\n)|"
    r"(?:FP&F|Forfeitures|port|field)(?: Offic(?:er?|ers))?(?:,| at| in)|FP&F|A-?TCET|(?:quota|seizure|exam) desk|"
    r"(?:drawback|entry|IPR|penalties|seizure|trade)(?: review)? (?:branch|desk|division|section|unit)(?:,| at| in)|"
    r"import specialists?(?: team(?: \d{2,4})?)?(?:,| at| in)|permits? (?:for|in|at))\s+$",
    re.IGNORECASE,
)
# ... and behind it.
_CALLED_BEHIND = re.compile(
    r"(?:['\u2019]s)? (?:(?:sea|air)?ports?\b(?! (?:of (?!entry)|in\b))|harbou?rs?\b|piers?\b|docks?\b|crossings?\b|"
    r"(?:marine|container) (?:terminals?|yards?)\b|(?:border|bridge) crossing\b|CBP\b|customs\b(?! broker)|"
    r"(?:loading|discharge|unlading|arrivals?|clearance|departures?|call)\b(?! of\b)|"
    r"import specialists?\b|CES\b|exam(?:ination)? (?:site|station)s?\b|POE\b)|"
    r", import specialists?\b| as (?:the |a |its |their |our )?(?:port|place)\b|\. (?:The|Its|That) port\b",
    re.IGNORECASE,
)
_TEAM = re.compile(
    r"\b(?:officer|inspector|specialist|CBPO) (?:[A-Z][\w.]* ){1,2}\($|\b(?:specialists?|officers?|inspectors|"
    r"team)(?: team)?(?: \d{2,4})? \($",
    re.IGNORECASE,
)
# Terms of sale that name the port of lading or of arrival.
_TERMS = re.compile(
    r"\b(?:FOB|F\.O\.B\.|FAS|CIF|C\.I\.F\.|CFR|C&F|CNF|CIP|DES|DEQ|DDP|DAP|DDU|DAT|DPU|FCA)(?: port(?: of)?)?[ :]+$"
)
# What is done with goods at ports, and the goods.
_DONE = (
    r"(?:arriv\w+|arr\.?|land(?:s|ed|ing)|unlad\w+|unload\w+|offload\w+|discharg\w+|clear(?:s|ed|ing|ance)?|"
    r"enter(?:s|ed|ing)?|entr(?:y|ies)|import(?:s|ed|ing|ations?)?|exam(?:s|ine[ds]?|ining|inations?)?|inspect\w*|"
    r"detain\w*|detentions?|seiz\w+|stopped|intercept\w+|releas\w+|dock(?:s|ed)|berth\w*|call(?:s|ed|ing)?|"
    r"load(?:s|ed|ing)|laden|lading|transs?hip\w*|transload\w*|relay\w*|stuffed|"
    r"in[- ]bond|(?:came|comes?|coming|brings?|brought) in|filed|files|saw|seen|picked up|"
    r"cross(?:es|ed|ing)?|presented|processed|turned (?:back|away)|stuck|sitting|abandoned|sampled|weighed|"
    r"opened|scanned|"
    r"x-rayed|devanned|stripped|consolidated)"
)
_GOODS = (
    r"(?:shipments?|containers?|box(?:es)?|boats?|barges?|parcels?|loads?|trucks?|trailers?|vessels?|ships?|"
    r"cargo|freight|goods|lots?|"
    r"consignments?|entries|entry|imports|filings|traffic|volume|merchandise)"
)
_MOVED = (
    r"(?:mov(?:e[ds]?|ing)|came|comes?|coming|goe?s?|going|went|shipp?(?:s|ed|ing)?|rout(?:es?|ed|ing)|sent|brought|"
    r"pass(?:es|ed)?|flow(?:s|ed)?|truck(?:s|ed)?|rail(?:s|ed)?|transs?hip\w*|flown|carri(?:es|ed)|sail(?:s|ed|ing)?|"
    r"exported|depart(?:s|ed|ing)?|voyage)"
)
_NO_GOODS = r"(?:by|the|in|its|headquarters|offices?|seat|plants?|production|operations|factory|factories)"
_DONE_BEFORE = re.compile(
    rf"(?:\b{_DONE}\b[^.;:\n]{{0,70}}?\b(?:at:?|through|thru|via|by way of|into)|"
    rf"\b{_DONE}(?: (?:it|them|there|again|[A-Z]{{4}}\w+))? in|\b(?:was|were|is|are|being) held (?:at|in)|\bheld at|"
    rf"\b(?:{_GOODS}|officers?|specialists?|inspectors|team|protests?)\b[^.;:\n]{{0,50}}?\b(?:at|through|thru|via)|"
    rf"\b{_MOVED}\b[^.;:\n]{{0,60}}?\b(?:into|out of)|\b{_GOODS}\b[^.;:\n]{{0,20}}? out of|"
    r"\b(?:containers?|vessels?|boxes)\b[^.;:\n]{0,20}? to|\b(?:cargo|box(?:es)?|containers?|freight) for|"
    r"\b(?:containers?|vessels?|cargo|trailers?|[A-Z]{4}\d{7})\b[^.,;:\n]{0,20}? in|"
    r"\bmanifests?\b[^.;:\n]{0,60},|"
    r"\b(?:anchor\w*|drift\w*|wait(?:s|ed|ing)?)\b[^.;:\n]{0,20}? off|"
    r"\bon the water from|\b(?:came|come|comes|coming) (?:by (?:night|day|barge|feeder|vessel|ship) from|"
    r"in by)|\bput (?:back|in) (?:to|at)|"
    r"\b(?:bills?|papers|manifests?|documents|waybills?) from|\b(?:both|all|each) (?:to|from|via|through)|"
    r"\b(?:loaded|stuffed|laden|shipped on board|transhipped|put back|put in) (?:at|to)\s+$|\b(?:sailed|sails|"
    r"departed) from\s+$|"
    r"\b(?:railed|drayed|barged|flown|trucked|moved|hauled) (?:it |them )?(?:out of|into|in from|up from|down from)|"
    r"\b(?:wait(?:s|ing|ed)?|holds?|bound|due|rolled) (?:at|for|in|into)|\b(?:omit(?:s|ted|ting)?|skip(?:s|"
    r"ped|ping)?|bypass(?:es|ed)?)|"
    r"\b(?:other|others|rest|remainder|balance)(?: \w+)? to|\b(?:count(?:s|ed)?) for|\bout of the port of|"
    r"\b(?:samples?|strikes?|lockouts?|congestion|backlogs?|delays) at|"
    r"\benter(?:s|ed|ing) [A-Z]\w+ by|"
    r"\b(?:holds?|exams?|seizures?)\b[^.;:\n]{0,30}? at|\b(?:exams?|seizures?) in|"
    r"\bcolleagues(?: \w+){0,2} (?:at|in)|\busing|"
    rf"\b(?:{_GOODS}|it|they|them|all|was|were|been|which)\b[^.;:\n]{{0,30}}?\bmov(?:ed?|es|ing)(?: \w+){{0,2}} from|"
    rf"\b(?!mov){_MOVED} from [^.;:\n]{{3,40}}?(?<!truck)(?<!rail) to|"
    rf"\b(?!mov)(?:{_MOVED}|{_GOODS}|arriv(?:ed|ing|es)|load(?:ed|ing)|laden)(?: (?!{_NO_GOODS}\b)\w+){{0,4}}? from|"
    r"\b(?:entry|entries) (?:was|were) (?:made|filed|released) (?:at|in)|"
    r"\b(?:via|through|thru|by way of|ex|en route to|on (?:its|the) way to|head(?:ed|ing) (?:for|to))|"
    r"\bby (?:air|sea|ocean|vessel|ship) (?:at|to|through|into|from)|"
    r"\bby (?:rail|truck) (?:at|through)|\b(?:entries|exams|holds) (?:for|of)|\bimports?\b[^.;:\n]{0,40}? from|"
    r"\b(?:got|received)(?: \w+){0,2} from|\bexport\w*(?: to \w+)? (?:by|through|via)|"
    r"\b[A-Z]{4}[A-Z0-9]{0,8}\d{4}\w* (?:to|from|for)|"
    r"[\"\u201c]from|"
    r"\b(?:leav(?:es?|ing)|left|bound|destined|booked|sail\w*)(?: [A-Z]\w+){0,2} (?:for|to|by)|"
    r"\b(?:put on|placed|issued|requested|examin\w+|detained|seized|released|stopped|flagged|inspected|refused|"
    r"holds?|exams?|ordered|rejected|returned) by|"
    r"\b(?:came|come|comes|goes?|going|went|shipped|sent|moved|moves|routed) by|"
    r"\b(?:vessel|ship|M/V|MV)\b:?[^;:\n]{0,50}? (?:from|for|to)|"
    r"\b(?:Vessel|Voyage)\b[^\n]{0,60}\n(?:From: [^\n]{3,40}\nTo:|From:)|\bon-?(?:fwd|forward\w*)(?: to)?|"
    r"(?<!\bby )(?<!ample )(?<!amples )\b(?:sent|sends?|goes|go|going|went|freight|trucks?|cargo|goods)\b(?! back)"
    r"(?:(?!by (?:rail|truck))[^.,;:\n]){0,30}? to|"
    r"\bon board|\btelexed (?:from|at|in)|"
    r"\btouch(?:es|ing)?|\b\d{1,2}x\d{2}(?:HC|GP|HQ)? (?:from|to|for)|\b(?:AMS|ACE|ISF) quer(?:y|ies) (?:for|of|on)|"
    r"\b(?:divert\w*|re-?rout\w*|redirect\w*|sail(?:s|ed|ing)?|(?:in|under)[ -]bond|bound|destined|T&E)\b"
    r"[^.;:\n]{0,40}?\b(?:for|to|from|at)|"
    rf"\b(?:shift|switch|mov|divert|transfer)\w*\b(?: \w+){{0,4}}? {_GOODS}\b[^.;:\n]{{0,40}}? (?:from|to)|"
    r"\b(?:shifted|switched|switches|switching|alternat\w+|split|spread) (?:from|to|between|among|over|across)|"
    r"\b(?:ETA|ETD|ATA|destination|enter(?:ed|s|ing)|due(?: (?:at|in|into))?|arrives?|reach(?:es|ed|ing)?|left|"
    r"leaves|leaving|arrived|discharged?|"
    r"arr\.?|arrd|arrvd?|dep\.?|disch|"
    r"unlading|unladen|loading|lading|exam(?: site| location)?|routing|route|transs?hipment|t/s|landed|docked|"
    r"cleared|disch\.?|departed|transs?hipped)[:,]?)\s?\.*(?: the)?\s+$",
    re.IGNORECASE,
)
_DID_BEHIND = re.compile(
    r"(?:: | [-\u2013] )(?:about |some )?(?:\d+|no|two|three|four|five|six|seven|eight|nine|ten) "
    r"(?:exams?|entries|shipments?|boxes|containers?|holds?|lines?)\b| by (?:air|sea|ocean|rail|truck)\b|"
    r" (?:under|in)[ -]bond\b| (?:flt|flight)\b| (?:loads?|trailers?)\b|"
    r"['\u2019]s? (?:(?:own|last|next|first|\d{1,3}) )?(?:entr(?:y|ies)|exams?|officers?|shipments?|boxes|"
    r"containers?|arrivals?|seizures?|holds?|terminals?)\b|"
    r" \((?:about |some )?(?:\d{1,4}|one|two|three|four|five|six|seven|eight|nine|ten) (?:more )?"
    r"(?:exams?|entr(?:y|ies)|shipments?|box(?:es)?|containers?|holds?|lines?|loads?|lots?|seizures?)\b|"
    r",? (?:CBP |also |then |now |later |has |had |have |since |again |only |just |is |was )*"
    r"(?:detain(?:ed|ing)|examin(?:ed|ing)|seiz(?:ed|ing)|held(?! that)|holding|holds|releas(?:ed|ing)|cleared|flagged|"
    r"inspect(?:ed|ing)|referred|sampled|pulled|stopped|opened|intercepted|x-rayed|put (?:it|them|the|an?|on)|"
    r"skipped|omitted|"
    r"placed|refused|rejected|liquidated|extended|exam(?:s|inations?)?|entr(?:y|ies)|officers?|arrivals?|"
    r"seizures?|referrals?|"
    r"shipments?|boxes|containers?|ones|(?:air )?cargo|in-bond|filings|terminals?|yards?)\b",
    re.IGNORECASE,
)
_TALKED_TO = re.compile(
    r"(?:^|\b)(?:according to|ask(?:ed)?|tell|told|alert(?:ed)?|notif(?:y|ied)|inform(?:ed)?|advis(?:e|ed)|warn(?:ed)?|"
    r"(?:word|answer|reply|hear|heard|news|clearance|release|call|email|e-mail|memo|notice|request)s? from|"
    r"up to|answers to|reports? to|"
    r"referred (?:it|them|this) to|spoke (?:to|with)|checked with|check with) $",
    re.IGNORECASE,
)
_LET = re.compile(r"\b(?:let|lets|had|have|make|made) $", re.IGNORECASE)
_LET_BEHIND = re.compile(r" (?:know|check|look|hold|examine|pull|release|decide|see|open|send|sample|handle|do)\b")
_TALKS = re.compile(
    r" lots?\b| (?:(?:all|also|both|each|first|now|then|just|still|never) ){0,2}(?:saw|sees|found|finds|will (?:write|"
    r"ask|send|hold|examine|release|look|let)|wants|"
    r"wanted|asked|"
    r"asks|told|was told|were told|confirm(?:s|ed)|report(?:s|ed)|wrote|writes|sent|forwarded|agreed|knows|"
    r"has (?:not )?(?:done|said|seen|answered|replied|sent|asked|found|refused|agreed|closed|opened|set|put|"
    r"held|let)\b|"
    r"(?:says|said|thinks|thought|believes|gave|gives|takes|took|needs|needed|refuses|insists|insisted|"
    r"answered|replied|"
    r"phoned|rang|called|accepts|accepted|decided|denied|denies|lets|let|keeps|kept|wonders|counted|alone)\b|"
    r"(?:has|had|holds|keeps|got) (?:(?:an?|the|our|its|their|no|one|two|three|four|\d{1,3}) )?(?:more |other )?"
    r"(?:box(?:es)?|containers?|trailers?|trucks?|lots?|entr(?:y|ies)|shipments?|exams?|[A-Z]{4}\d{7})\b|"
    r"has (?:no (?:file|record)|it|them|the (?:box|file|goods|samples?)|(?:\w+ )?files))\b"
)
_ASKED = re.compile(
    r"\b(?:ask(?:ed)?|told|tell|alert(?:ed)?|call(?:ed)?|notif(?:y|ied)|contact(?:ed)?|e?-?mail(?:ed)?) "
    r"(?:\w+ (?:in|at) )?$",
    re.IGNORECASE,
)
_ASKED_BEHIND = re.compile(
    r" (?:to (?:examine|exam|hold|look|open|pull|release|sample|stop|flag|detain|inspect)|"
    r"for (?:an? |any |the |prior )*(?:exams?|holds?|photos|samples?|entries|entry|bills|records)|about|if|whether)\b"
)


# What else is done there, what papers say, and whose choice a place is.
_PUT_BEFORE = re.compile(
    r"(?:\b(?:any|some)(?:one|body) (?:at|in)|\bbrought (?:it|them|the \w+) to|\bsamples? (?:\w+ )?(?:drawn|taken) at|"
    r"\bdrayed from|\btransferred (?:at|in|from)|\b(?:drawn|boarded|tallied) (?:at|in)|"
    r"\bredeliver\w*(?: \w+){0,2} (?:at|to)|\bsits? (?:at|in)|"
    r"\b(?:on|an?|the|any) holds?(?: on (?:it|them|the \w+))? in|"
    r"\b(?:box(?:es)?|containers?|trailers?|lots?|loads?|shipments?|freight|cargo) (?:went|goes|going|moved|moves)"
    r"(?: (?:by|on|with) [A-Z]\w+)? to|"
    r"\b(?:entry|entries|ISF|protests?) filed|\b(?:loaded|laden)|\bfound by|"
    r"\b(?:7501|3461|7512|manifest|B/?L|bill(?: of lading)?|in-bond|entry summary)s? "
    r"(?:gives?|lists?|names?|reads?|says?|shows?))\s+$",
    re.IGNORECASE,
)
# At a port of much trade something happens; at an office, a plant or a meeting it is a town.
_HAPPENS_BEFORE = re.compile(r"(?:(?P<word>[\w.)]+),? at|^\s*At)(?: the)?\s+$")
_NOT_AT = frozenset(
    ("address", "addresses", "apartment", "attorney", "based", "branch", "building", "buyer", "campus", "company",
     "conference", "court", "dated", "dealer", "dinner", "facility", "factory", "fair", "firm", "forum", "garage",
     "hall", "hearing", "home", "hotel", "house", "issued", "lab", "laboratories", "laboratory", "lives", "located",
     "lunch", "made", "manufactured", "market", "meeting", "met", "mill", "mills", "office", "offices", "people",
     "plant", "plants", "premises", "produced", "registered", "school", "seat", "seated", "seminar", "shop", "show",
     "showroom", "signed", "store", "stores", "studio", "suite", "trial", "unit", "university", "warehouse",
     "warehouses", "worked", "works", "workshop")
)  # fmt: skip
_CHOSEN = re.compile(r"\b(?:use[sd]?|using|prefer(?:s|red)?|tried|tries) $")
_CHOSEN_BEHIND = re.compile(r" (?:until|since|instead of|to (?=[A-Z])|for (?:entr(?:y|ies)|(?:its|their|all|these) ))")
# The same, where it is done with goods and nothing else, so that it tells of a port of little trade as well.
_SURE_BEFORE = re.compile(
    r"\b(?:loaded|stuffed|laden|shipped on board|transhipped|put back|put in) (?:at|to)\s+$|\b(?:sailed|sails|"
    r"departed) from\s+$|"
    r"\b(?:railed|drayed|barged|trucked|flown|hauled) (?:it |them |on )?(?:out of|into)\s+$|"
    r"\b(?:unlad\w+|unloaded|offloaded|discharg\w+|cleared|clears|entered|enters|entry|entries|examined|seized|"
    r"cross(?:ed|es)|came in|come in|turned (?:back|away)|transs?hipped|relayed|laden|reloaded|imported|"
    r"arrives?|arrived)"
    r"(?: (?:it|them|there|again|under bond|by (?:rail|truck|barge)))? (?:at|through|via)\s+$|"
    r"\b(?:I\.?T\.?|T&E|in-bond) (?:was |is )?closed (?:at|in)\s+$|"
    r"\b(?:in[- ]bond|under bond)(?: \w+)? to\s+$|\b(?:rail|truck|barge) through\s+$",
    re.IGNORECASE,
)
# Where somebody goes and lives: no port, though the text knows it as one.
_OF_PERSON = re.compile(
    r"\b(?:flew|flies|fly|flying|drove|drives|driving|travel\w*|commutes?|lives?|lived|living|grew up|born|married|"
    r"retired|went to school)(?: (?!with\b|by\b)\w+){0,2}"
    r"(?: from [A-Z]\w+(?: [A-Z]\w+)?)?(?: (?:to|from|in|near|at|through))?\s+$"
)


# A chat's question for the port, and the line that begins with the answer.
_ASKED_ABOVE = re.compile(
    r"\b(?:POE|ports?|where)\b[^\n]*\n(?:[^\n]{0,25}[>:\]]|A\.) $|"
    r"\bwhere\b[^\n?]*(?:come in|came in|enter|arrive|land|unladen|clear)[^\n?]{0,24}\?\s(?:A: )?$",
    re.IGNORECASE,
)
_ENTRY_BEFORE = re.compile(  # entry ABC-1234567-6 (Umber), ABCU1234567, both Umber; 12 entries, Umber
    r"\b[A-Z0-9]{3}-?\d{7}-?\d(?:,| at|,? \(|(?= ))\s?$|"
    r"\b(?:[A-Z0-9]{3}-?\d{7}-?\d|[A-Z]{4}\d{7})(?:,| -)? (?:(?:both|all|each|now|still|then)(?: at| in)?,? )?$|"
    r"\b[A-Z0-9]{3}-?\d{7}-?\d,? \([^()\n]{3,30}, $|"
    r"\b(?:\d{1,5}|two|three|four|five|six|seven|eight|nine|ten) (?:more )?(?:entries|boxes|containers|shipments|lots|"
    r"loads|exams|seizures|arrivals)(?:,| -|:) (?:(?:both|all|mostly|mainly|only) )?$",
    re.IGNORECASE,
)
_BAR_BEFORE = re.compile(r"(?:\||\t|\s/|[ ]{2})[ ]*(?:\d{1,2}[/-]\d{1,2}(?:[/-]\d{2,4})?,? )?$")
_BAR_BEHIND = re.compile(r"[ ]*(?:\||\t|/\s|\n|$|[ ]{2})")
_STATE_BEHIND = re.compile(r"[ ]*[|\t/][ ]*[A-Z]{2}[ ]*(?:[|\t/\n]|$)")
_LOT = re.compile(r"\b(?:[A-Z]{4}\d{7}|[A-Z0-9]{3}-?\d{7}-?\d)\b", re.IGNORECASE)


def is_answer(text: str, first: int, start: int) -> bool:
    """Whether a line of a chat begins with a place, and the line above asked for a port; or an entry's number stands
    right before it."""
    return bool(_ASKED_ABOVE.search(text, first, start) or _ENTRY_BEFORE.search(text, first, start))


def is_cell_of_lot(text: str, start: int, end: int) -> bool:
    """Whether a place is all of a cell, in a row with the number of an entry or a box and without a state behind it."""
    if not _BAR_BEHIND.match(text, end) or _STATE_BEHIND.match(text, end):
        return False
    line = text.rfind("\n", 0, start) + 1
    ends = text.find("\n", end)
    return bool(_BAR_BEFORE.search(text, line, start) and _LOT.search(text, line, ends if ends >= 0 else len(text)))


# The first line of a note, which says where and when it was written.
_NOTE = re.compile(
    r"\b(?:notes?|log|exams?|gate|berth|pier|bridge|shift|outbound|inbound|dock)\b|\d[/-]\d", re.IGNORECASE
)
_HEAD_CHARACTERS = 60


def is_head_of_note(text: str, start: int, end: int) -> bool:
    """Whether a port stands in the short line or two above a note, beside its day or what the note is of.

    >>> is_head_of_note("exam notes umber / 10/22/15", 11, 16), is_head_of_note("They met in Umber.", 12, 17)
    (True, False)
    """
    head = text[: _HEAD_CHARACTERS + 1].strip("\n").partition("\n" if text.find("\n") > end else "\n\n")[0]
    line = text[text.rfind("\n", 0, start) + 1 : start] + text[end : end + _HEAD_CHARACTERS].partition("\n")[0]
    small = text[start].islower() and start <= _HEAD_CHARACTERS
    return small and len(head) <= _HEAD_CHARACTERS and bool(_NOTE.search(line))


def happens_at(before: str) -> bool:
    """Whether something is or happens at a place: `the bags were mixed up at Umber`, but not `the plant at Umber`.

    >>> happens_at("do a survey at "), happens_at("At "), happens_at("the laboratory at "), happens_at("a mill in ")
    (True, True, False, False)
    """
    happens = _HAPPENS_BEFORE.search(before)
    word = (happens.group("word") or "at") if happens else ""
    return bool(word) and not word[0].isupper() and word not in _NOT_AT


# A small word before places, in a sentence that tells of goods; but where somebody sells or sends them by land.
_PLACED = re.compile(r"(?:(?P<word>[\w.)%]+),? )?(?:at|through|thru|via|into|out of|from|fr|to)\s+$")
_NOT_TO = re.compile(
    r"\b(?:sold|sells?|selling|sales|shops?|stores?|invoiced?|letters?|wrote|writes|mail(?:ed|s)?|"
    r"moved (?:its|their|the) (?:office|plant|seat)|"
    r"courier\w*|lab\w*|samples?|by (?:rail|truck|road|train)|trucked|railed|telephone\w*|talk\w*|dinner|"
    r"train|meeting|calls?|"
    r"headquarters|seat|business|operations|residence|closed|opened|based|signed|issued|executed|dated|"
    r"notar\w+|office|warehouse|plant|factory|distribution|customers?|dealers?)\b"
    r"[^.;:]{0,60}$",
    re.IGNORECASE,
)
_OF_GOODS_MOVED = re.compile(
    rf"\b(?:{_GOODS}|{_DONE}|sailings?|berths?|on (?:the|a) m/?v|ETA|bills? of lading|B/Ls?|drayage|demurrage|"
    r"exams?|(?:much|many|more|less|fewer|most|tons|tonnes|bales|cartons|ctns|pallets|plts|pieces|pcs|rolls|kilos)"
    r"(?: \w+){0,2} (?:came|comes|goes|went|moved|moves))\b|"
    r"\b[A-Z]{4}\d{7}\b|\b[A-Z0-9]{3}-\d{7}-\d\b",
    re.IGNORECASE,
)


def goods_are_told_of(before: str, text: str, behind: int) -> bool:
    """Whether a small word stands before a place, and its sentence is about goods on their way.

    >>> goods_are_told_of("The box got from ", "The box got from Umber late.", 22)
    True
    >>> goods_are_told_of("The lot was sold to ", "The lot was sold to Umber.", 25)
    False
    """
    placed = _PLACED.search(before)
    if placed is None or (placed.group("word") or "").lower() in _NOT_AT or _NOT_TO.search(before):
        return False
    ends = _SENTENCE_ENDS.search(text, behind)
    return bool(
        _OF_GOODS_MOVED.search(before) or _OF_GOODS_MOVED.search(text, behind, ends.start() if ends else behind)
    )


_SENTENCE_ENDS = re.compile(r"[.;!?](?:\s|$)|\n\s*\n|$")


def is_of_person(before: str) -> bool:
    """Whether a place is where somebody goes or lives: `she flew to Umber`."""
    return _OF_PERSON.search(before) is not None


def surely_goes_by(before: str) -> bool:
    """Whether something is done there that is done with goods at ports alone: `unladen at Umber`."""
    return _SURE_BEFORE.search(before) is not None


def is_called(before: str, text: str, behind: int) -> bool:
    """Whether a place is called a port, a crossing or an office of customs: `the port of Umber`, `the Umber seaport`.

    >>> is_called("Port of entry: ", "Port of entry: Umber", 20), is_called("the ", "the Umber seaport", 9)
    (True, True)
    """
    return bool(_CALLED.search(before) or _CALLED_BEHIND.match(text, behind))


def is_of_team(text: str, first: int, start: int) -> bool:
    """Whether a team or officers stand right before a bracket that begins with the name: `Team 402 (Umber)`."""
    return _TEAM.search(text, first, start) is not None


def is_in_terms(text: str, first: int, start: int) -> bool:
    """Whether terms of sale stand right before that name a port: `FOB Umber`."""
    return _TERMS.search(text, first, start) is not None


def goods_go_by(before: str, text: str, behind: int) -> bool:
    """Whether something is done there that is done with goods at ports: `came through Umber`, `Umber released it`."""
    return bool(
        _DONE_BEFORE.search(before)
        or _DID_BEHIND.match(text, behind)
        or _PUT_BEFORE.search(before)
        or (_CHOSEN.search(before) and _CHOSEN_BEHIND.match(text, behind))
        or (_ASKED.search(before) and _ASKED_BEHIND.match(text, behind))
    )


def talked_with(before: str, text: str, behind: int) -> bool:
    """Whether a place is spoken of as an office: `we told Umber`, `Umber will write`."""
    let = _LET.search(before) and _LET_BEHIND.match(text, behind)
    return bool(let or _TALKED_TO.search(before) or _TALKS.match(text, behind))

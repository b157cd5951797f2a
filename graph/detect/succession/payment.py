"""Notes of payment, and which of a party's events each speaks of.

Invariant: a note stands for no event that it does not name, by a number, by an amount or at least by its kind, so that
a small bill paid says nothing of a large one that is not. A note that names nothing is of the last demand before it.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

import ibis.expr.types as ir

from graph.detect.documents import OF_CUSTOMS, documents_naming
from graph.facts.columns import surely
from graph.facts.store import FactStore

# What may stand within a sentence: a full stop in an amount or behind a firm's legal form ends none.
_WITHIN = r"([^;.]|[.][0-9]|(inc|corp|co|ltd)[.])"
# What customs notes where nothing is owed any more, in the languages of its partners too; "unpaid" has no such word.
_PAID = (
    r"(^|[^a-z])(paid|pd|tendered|settled|remitted|pagad[oa]s?|abonad[oa]s?|payée?s?|acquittée?s?|bezahlt|beglichen|"
    r"pagat[oa])([^a-zà-ÿ]|$)|"
    r"(payments?|principal( +and +interest)?|duties|funds|amounts?|sums|monies) +((was|were|has|have|been) +)*received|"
    r"(full|complete) +payment +((was|has|been) +)*made|payment +in +full|"
    r"(dut(y|ies)|bill|penalty|debt|demand|account|liability)s? +((is|was|were|has|have|been) +)*"
    r"(discharged|satisfied|extinguished|honou?red|met +in +full)|balance +(is +|now +)*(nil|zero|0([^0-9.,]|$))|"
    r"(^|[^a-z])no +(outstanding|open|unpaid) +(debt|balance|amount|bill|dut)|"
    r"(^|[^a-z])no +(debts?|amounts?|balance|bills?|sums?|duties) +(is +|are +)?(outstanding|open|owed|owing)|"
    r"(received|collected) +(the +)?(payment|duties|principal|full +amount|principal +and +interest)|"
    r"(^|[^a-z])nothing +(is +|more +is +|further +is +)?(outstanding|owed|owing|due|open)([^a-z]|$)|"
    rf"(sum|amount|balance)s? +{_WITHIN}{{0,60}}(owed|owing|due|outstanding|open) +{_WITHIN}{{0,60}}"
    r"(was|were|has +been|have +been) +received +from|"
    rf"(check|cheque|wire|draft|transfer)s? +(of|from|by|for) +{_WITHIN}{{0,80}}cover(s|ed)? +"
    r"(all|everything|whatever|what) +(that +)?(is|was|were|are) +(open|owed|owing|due)|"
    # a sample is collected, too, and a count
    r"(^|[^a-z])(collected +(in +full|with +interest)|fully +collected)|"
    r"(dut(y|ies)|bill|penalty|debt|amount|balance)s? +((was|were|has|have|been) +)*collected|"
    # or where what was asked for was taken back, or an account was closed
    r"(bill|penalty|demand|claim|case)s? +((is|was|has|had|been) +)*(void(ed)?|cancell?ed|withdrawn|rescinded)|"
    r"(void|voided|cancell?ed|withdrawn|rescinded) +(on|upon|after) +(petition|protest|review|appeal)|"
    r"no +loss +of +rev|(^|[^a-z])(no|nil|zero) +bal(ance)?([^a-z]|$)"
)
_NOT_PAID = (
    r"(not|never|nothing|yet|to|until|unless|if|be|partially|partly|part|half|no|sin|non|pas|nicht|nie|teilweise) +"
    r"((has|have|had|was|were|ever|been|yet|be|fully|all|ser|être|vollständig) +)*"
    r"(paid|pd([^a-z]|$)|tendered|settled|remitted|pagad|abonad|payé|acquitté|bezahlt|beglichen|pagat)|"
    r"(not|never|yet|to|until|unless|if|be|partially|partly|part|half) +((been|yet|be|fully|all) +)*collected|"
    r"(paid|pd|collected|pagado|payé) +in +part|"
    r"(no|not|partial|part|until|unless|if) +(payment +)?received|"
    rf"((part|half|some|none|most) +of +(the|this)|(^|[^a-z])no) +(sum|amount|balance)s? +{_WITHIN}{{0,120}}received|"
    r"only +[a-z$]* *[0-9][0-9.,]* +((was|were|has|been) +)*paid|(paid|pd|received) +[^.;]{0,20}on +account([^a-z]|$)|"
    # what is left, and what somebody else paid in the party's stead
    r"(^|[^a-z])unpaid *([:;.,$)]|$)|(^|[^a-z])still +(open|outstanding|owed|owing|due)|"
    r"(remains?|left) +(open|outstanding|owing)([^a-z]|$)|"
    r"(rest|remainder|balance|shortfall) +(is +|remains +|still +)?(open|outstanding|owed|owing|due|uncollected)|"
    r"(paid|pd|settled|tendered|remitted|received|collected|recovered) +((in +full|in +part|only|out|up) +)*"
    r"(by|from|out +of|under|on|against) +(the +|its +|their +|a +)*(suret(y|ies)|(surety +)?bonds?|guarantors?)|"
    r"(suret(y|ies)|bonds?|guarantors?)('s?)? +(company +)?((has|have|was|were|had|made|billed|and|full) +)*"
    r"(paid|pd|settled|tendered|remitted|payments?|limit)|"
    r"pagad[oa]s? +por +la +(fianza|afianzadora|aseguradora)|payée?s? +par +la +caution|"
    r"bezahlt +vom +bürgen|vom +bürgen +(bezahlt|beglichen)"
)
# A note stands for what befell the party so many days before it.
PAID_WITHIN_DAYS = 365
# Two amounts so near each other are one, but for interest and rounding.
SAME_AMOUNT = 0.02
_NUMBER = re.compile(r"[0-9][0-9,]*(?:\.[0-9]+)?")
_OTHERS = re.compile(r"[^A-Z0-9]+")


@dataclass(frozen=True, slots=True)
class Matter:
    """What an event or a note of payment is about: its row's key, kind, numbers and US dollars; `remarks` of notes.

    `remits` is whether a note's amount is taken off what was asked.
    """

    key: str
    day: int
    kind: str
    entry: str | None = None
    bill: str | None = None
    amount_usd: float = 0.0
    remarks: str = ""
    remits: bool = False


def says_paid(remarks: ir.StringValue) -> ir.BooleanValue:
    """Whether remarks say that what was owed is paid, all of it."""
    plain = remarks.lower()
    return surely(plain.re_search(_PAID) & ~plain.re_search(_NOT_PAID))


def noted(facts: FactStore, parties: Sequence[str], *, as_of: date | None, until: date) -> dict[str, list[Matter]]:
    """By party, customs' own papers on it alone that say that what it owed is paid."""
    papers = documents_naming(facts, parties, (), as_of=as_of, until=until, kinds=OF_CUSTOMS, saying=f"(?i)({_PAID})")
    known = frozenset(parties)
    found: dict[str, list[Matter]] = {}
    for paper in papers:
        of = {one.key for one in paper.named} & known
        text = f"{paper.title}. {paper.text}".lower()
        if len(of) != 1 or paper.day is None or re.search(_NOT_PAID, text):
            continue
        (party,) = of
        # The party's own number is none of what was paid.
        blank = paper.text
        for one in paper.named:
            if one.key == party:
                blank = blank[: one.start] + " " * (one.end - one.start) + blank[one.end :]
        said = [sentence for sentence, _ in replace(paper, text=blank).sentences if re.search(_PAID, sentence.lower())]
        day = (paper.day - date(1970, 1, 1)).days
        found.setdefault(party, []).append(Matter(paper.id, day, "documents", remarks=" ".join(said)))
    return found


def speaks_of(note: Matter, event: Matter) -> bool:
    """Whether a note of payment is about the event.

    It is where it is the event's own row, names it or its entry or bill, or gives its amount. Else, if the two name no
    different entries, bills or amounts, where both are of one kind.

    >>> bill = Matter("A1", day=10, kind="penalty", amount_usd=80_000)
    >>> speaks_of(Matter("A7", day=90, kind="penalty", amount_usd=900), bill)
    False
    >>> speaks_of(Matter("A8", day=90, kind="audit", remarks="80,000.00 paid in full"), bill)
    True
    """
    if note.key == event.key:
        return True
    if not 0 <= note.day - event.day <= PAID_WITHIN_DAYS:
        return False
    if _named(note, event) or _amounts(note, event):
        return True
    # Where a part was remitted, the note's amount is that part and no other demand's.
    part = note.remits and note.amount_usd < event.amount_usd
    amounts = (None if part else note.amount_usd or None, event.amount_usd or None)
    pairs = ((note.entry, event.entry), (note.bill, event.bill), amounts)
    return note.kind == event.kind and not any(one and other and one != other for one, other in pairs)


def last_demand(note: Matter, events: Iterable[Matter]) -> str | None:
    """The key of the last demand for money before a note of payment that names nothing; None where it names something.

    >>> audit = Matter("A1", day=10, kind="audit", amount_usd=80_000)
    >>> last_demand(Matter("A7", day=90, kind="penalty", remarks="bill paid in full"), [audit])
    'A1'
    """
    if note.entry or note.bill or note.amount_usd or _NUMBER.search(note.remarks):
        return None
    open_ = [e for e in events if e.amount_usd > 0 and e.key != note.key and 0 <= note.day - e.day <= PAID_WITHIN_DAYS]
    return max(open_, key=lambda e: (e.day, e.key)).key if open_ else None


def _named(note: Matter, event: Matter) -> bool:
    if (note.entry and note.entry == event.entry) or (note.bill and note.bill == event.bill):
        return not (note.amount_usd and event.amount_usd) or _amounts(note, event)
    words = set(_plain(note.remarks).split())
    return any(n and _plain(n) in words for n in (event.key, event.entry, event.bill))


def _plain(text: str) -> str:
    """In capitals, hyphens left out, what else is no letter or digit as a blank."""
    return _OTHERS.sub(" ", text.upper().replace("-", "")).strip()


def _amounts(note: Matter, event: Matter) -> bool:
    """Whether an amount of the note is the event's."""
    if event.amount_usd <= 0:
        return False
    said = [note.amount_usd, *(float(n.replace(",", "")) for n in _NUMBER.findall(note.remarks))]
    return any(abs(amount - event.amount_usd) <= SAME_AMOUNT * event.amount_usd for amount in said)

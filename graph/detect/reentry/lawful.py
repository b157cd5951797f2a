"""The innocent explanations of one match: what customs itself did with the lot and with what came back."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import ibis
import pyarrow as pa

from graph.detect.documents import OF_CUSTOMS, Document, documents_naming
from graph.detect.reentry.lots import DESTROYED_WORDS, NOT_DESTROYED_WORDS
from graph.facts.columns import one_column, surely, taxpayer
from graph.facts.store import FactStore

Row = dict[str, Any]

# The entry type of a temporary importation under bond.
_TEMPORARY = "23"
# How customs closes a matter in the importer's favour, unless it says the contrary.
_IN_FAVOUR = re.compile(
    r"(?i)\b(allowed|permitted|approved|compliant|in order|no (violation|discrepancy|evasion)|"
    r"dut(y|ies) (paid|deposited))\b"
)
_AGAINST = re.compile(
    r"(?i)\b(not|never|denied|disallowed|non-?compliant|evasion (is |was )?(found|suspected)|penalt\w*|seiz\w*|"
    r"refus\w*|discrepant)\b"
)
# What is written of goods that were put right.
_RECONDITIONED = (
    r"(?i)\bre-?(condition|label|mark|work|process|sort)|\b(rectified|remedied|cured|made good)\b|"
    r"\b(put|brought|made|now) (right|(in|into|in to) (order|compliance|conformity))\b"
)
_NOT_MENDED = (
    r"(?i)\b(not|never|without|failed to|to be|must be)\b[a-z ,]{0,30}\bre-?(condition|label|mark|work|process|sort)"
)
# Customs takes back what it did, unless it is only asked to.
_TAKEN_BACK = re.compile(
    r"(?i)\b(refusal|detention|seizure|hold|action|notice)\b[^.;]{0,120}\b(is|are|was|were|been|hereby) "
    r"(rescinded|withdrawn|set aside|vacated|lifted|reversed|annulled)\b|"
    r"\b(rescind|withdr[ae]w|set aside|vacat|lift|revers|annul)\w* (the|our|its|this) (notice of )?"
    r"(refusal|detention|seizure|hold|action)\b|"
    r"\bappeal (granted|allowed|sustained)\b|\b(appeal|protest)\b[^.;]{0,120} (is|was|been|hereby) "
    r"(granted|allowed|sustained|approved)\b(?! (in part|to|time|[0-9]))"
)
_NOT_TAKEN_BACK = re.compile(
    r"(?i)\b(not|never|no|if|unless|until|whether|asks?|asked|requests?|requested|denied|pending)\b"
)
# So many goods were destroyed; of the lot no less than this share is all of it.
_PACKAGES = r"(\d[\d,]*) (?:packages|pkgs?|cartons|ctns?|cases|bags|drums|bales)\b"
_DESTROYED_COUNT = re.compile(rf"(?i)\bdestr\w+(?: of)? {_PACKAGES}|\b{_PACKAGES}(?: [a-z]+)? destroyed\b")
_ALL = 0.97
# Leave to bring goods back, unless it is withheld.
_TO_RETURN = (
    r"(?i)\bre-?(condition|label|mark|work|process|export|ent(er|ry)|import|admi|present)|\bwithdraw|"
    r"\b(entered|imported|admitted|presented|brought in|enter|import|present) again\b|\b(an)?other port\b"
)
_LEAVE = (
    r"(?i)\b(leave|permission|consent|approval|authori[sz]ation)( [a-z-]+){0,6} (given|granted)\b|"
    r"\b(gives?|gave|grants?|with|under)( [a-z]+)? (leave|permission|consent|approval|authori[sz]ation)\b|"
    r"\b(allowed|permitted|authori[sz]ed|approved|granted|agreed|accepted|consented)\b|\bno objection\b|"
    r"\bmay (now )?(be )?(re-?|enter|import|present|export)"
)
# A paper that the lot lacked is there now.
_LICENCE = r"(?i)(?<!\bno )\b(licen[cs]e|permit|visa|certificate)\b[^.;]{0,80}\b(issued|granted|approved)\b"
_IN_PLACE = r"(?i)\b(replac\w+|in (place|lieu) of|instead of|supersed\w+|(was|were) (wanting|missing|lacking))\b"
_NO_LEAVE = (
    r"(?i)\b(not|never|without|denied|disallowed|rejected|declined|revoked|pending|evasion)\b|"
    r"\b(no|refused)( the)? (leave|permission|consent|approval|authori[sz]ation|request|application|petition)\b|"
    r"\b(leave|permission|consent|request|application|petition)( [a-z-]+){0,6} refused\b"
)
# What is written of goods that were sent away and found a buyer abroad, unless it is still to come or fell through.
_LANDED = r"(?i)\b(landing certificates?|certificates? of landing)\b|\b(home|domestic|local) (use|consumption|market)\b"
_SOLD = r"(?i)\b(re-?)?sold\b|\b(bought|purchased)\b|\bsale\b"
_AWAY = (
    r"(?i)\b(re-?)?export(s|ed|ation)?\b|\b(refused|rejected|abroad|overseas)\b|\bturned away\b|\bsent (on|away|back)\b"
)
_NOT_SOLD = (
    r"(?i)\b(not|never|no|without|to be|will be|would be|if|unless|awaiting|pending|failed)\b[a-z ]{0,30}"
    r"\b(landing certificates?|certificates? of landing|sold|sale|bought|purchased|buyer|delivered|landed)\b|"
    r"\b(unsold|false|forged|unverified|fell through)\b"
)
# Goods that go on weigh the same, as far as bills tell.
_SAME_WEIGHT = 0.0005
# Leave is asked for about when the goods are stopped, and on record soon after they are back.
_LEAVE_DAYS = 60
# Headings by which an entry says that goods were here before: returned, or repaired abroad.
_RETURNED = ("9801", "9802")
_ADVERSE = ("discrepant", "refused", "seized")
_SPECIAL_DUTIES = "adcvd"
# Movements under bond by which goods are to leave the country: that they were entered instead is no explanation.
_FOR_EXPORT = ("62", "63")
# With so many entries before the action it is known which ports an importer uses.
_LONG_STANDING = 10
# To look at papers is not to look at goods.
_ON_PAPER = "document_review"


@dataclass(frozen=True, slots=True)
class Lawful:
    """Rows that would make the return lawful, by action or in-bond serial.

    `temporary` are the entries of lot and return where all were entered for a time only, under bond: such goods must
    leave again, and samples and what is shown at fairs come and go. `out_of_bond` are movements to the port of entry
    that explain nothing: the goods were to be exported from there, or had been refused before they set out, or were
    entered under another bill, and customs did not look at them. `as_returned` is the return's entry where it says
    itself that the goods were here before; `under_a_case` where it pays the special duties that the lot had left out,
    and nothing else was wrong with the lot (`only_for_duties`). `passed` are actions in which customs had what came
    back before it, goods and all, and let it go; `cleared_on_return` has those on its papers, too. `settled` are issues
    in which customs knew of lot and return and closed the matter in the importer's favour, and issues and documents in
    which it gave leave to bring the goods back. `destroyed` are customs' documents that say that the lot is no more,
    `sold_abroad` papers that say that it found a buyer abroad, and bills of as many packages and the same weight from
    one other country to another: customs' own papers, or anybody's where what came in set out where such goods are
    made.
    """

    reexports: tuple[str, ...] = ()
    reconditioned: tuple[str, ...] = ()
    cleared_on_return: tuple[str, ...] = ()
    adverse_on_return: tuple[str, ...] = ()
    in_bond: tuple[str, ...] = ()
    out_of_bond: tuple[str, ...] = ()
    temporary: tuple[str, ...] = ()
    as_returned: tuple[str, ...] = ()
    under_a_case: tuple[str, ...] = ()
    only_for_duties: bool = False
    settled: tuple[str, ...] = ()
    passed: tuple[str, ...] = ()
    destroyed: tuple[str, ...] = ()
    sold_abroad: tuple[str, ...] = ()

    @property
    def explains(self) -> bool:
        """Whether the law expects these goods here: nothing is told by how well they match."""
        return bool(self.in_bond) or self.returned_lawfully

    @property
    def put_right(self) -> bool:
        """Whether something speaks for what was wrong having been put right, or told, when the goods came again."""
        return bool(self.reconditioned or self.cleared_on_return or self.as_returned or self.under_a_case)

    @property
    def returned_lawfully(self) -> bool:
        """Whether customs let them return or passed them there, saw them leave to be mended, or for a time only; or saw
        the lot destroyed, or it was sold abroad, so that these are other goods."""
        return bool(self.temporary or self.settled or self.passed or self.destroyed or self.sold_abroad) or bool(
            self.reexports and (self.reconditioned or self.cleared_on_return)
        )


@dataclass(frozen=True, slots=True)
class Return:
    """A lot and the line it is thought to have come back as, as far as lawfulness goes. Days since 1970."""

    shipment: str
    action_ids: tuple[str, ...]
    action_day: int
    acting_port: str
    importer_taxpayer: str
    bill: str
    entry_number: str
    return_bill: str
    return_entry: str
    return_day: int
    return_port: str
    containers: tuple[str, ...] = ()
    maker: str = ""
    hts4: str = ""
    refused: bool = False
    made_in: str = ""
    packages: float | None = None
    weight: float | None = None
    used_before: tuple[int, int] = (0, 0)  # entries of the importer at the port of return before the action, and in all


def lawful(facts: FactStore, returns: Iterable[Return], *, as_of: date | None, until: date) -> dict[str, Lawful]:
    """For each return (by its shipment), the rows that speak for it being lawful."""
    returns = list(returns)
    if not returns:
        return {}
    t = facts.table("actions", as_of=as_of)
    t = t.filter(t.action_date <= until)
    t = t.mutate(
        day=t.action_date.epoch_days(),
        payer=taxpayer(t.importer_number),
        reconditioned=surely(t.remarks.re_search(_RECONDITIONED) & ~t.remarks.re_search(_NOT_MENDED)),
    ).select(
        "action_id", "kind", "day", "entry_number", "bill_number", "payer", "result", "reconditioned",
        area="discrepancy_area",
    )  # fmt: skip
    entries = {e for r in returns for e in (r.entry_number, r.return_entry) if e}
    bills = {b for r in returns for b in (r.bill, r.return_bill) if b}
    named = {a for r in returns for a in r.action_ids}
    by_entry = t.semi_join(one_column("entry_number", entries), "entry_number")
    by_bill = t.semi_join(one_column("bill_number", bills), "bill_number")
    by_id = t.semi_join(one_column("action_id", named), "action_id")
    # A re-export order often stands alone, with the importer's number only.
    loose = t.filter(t.kind == "reexport", t.entry_number.isnull(), t.bill_number.isnull())
    loose = loose.semi_join(one_column("payer", {r.importer_taxpayer for r in returns if r.importer_taxpayer}), "payer")
    rows = ibis.union(by_entry, by_bill, by_id, loose, distinct=True).order_by("action_id").to_pyarrow().to_pylist()
    moved = facts.table("in_bond", as_of=as_of)
    moved = moved.semi_join(one_column("bill_number", bills), "bill_number")
    moved = moved.select("serial", "kind", "bill_number", "from_port", "to_port", day=moved.moved_on.epoch_days())
    moves = moved.order_by("serial").to_pyarrow().to_pylist()
    for_a_time, as_returned, under_a_case = _declared(facts, entries, as_of=as_of)
    closed = _closed_in_favour(facts, {r.return_entry for r in returns}, as_of=as_of, until=until)
    of_lots = {n for r in returns for n in (r.entry_number, r.bill, *r.containers) if n}
    numbers = {n for r in returns for n in (r.importer_taxpayer, r.maker, *r.containers)} | entries | bills
    taken_back = _taken_back(facts, of_lots, as_of=as_of, until=until)
    leave = [*_leave_given(facts, as_of=as_of, until=until), *_leave_written(facts, numbers, as_of=as_of, until=until)]
    no_more = _destroyed(facts, {n for r in returns for n in (r.entry_number, r.bill) if n}, as_of=as_of, until=until)
    sold = _sold(facts, of_lots, as_of=as_of, until=until)
    onward = _onward(facts, returns, as_of=as_of)
    at_home = _from_home(facts, returns, as_of=as_of) if sold or onward else set()
    by = {name: _by(rows, name) for name in ("action_id", "entry_number", "bill_number", "payer")}
    moved_on = _by(moves, "bill_number")
    found = {}
    for r in returns:
        told = _of(r, _near(r, rows, by), [moves[i] for i in moved_on.get(r.bill, ())])
        # A lot that was stopped before an entry was filed has none to look at.
        both = tuple(entry for entry in (r.entry_number, r.return_entry) if entry)
        settled = [row for row in closed.get(r.return_entry, ()) if _names_lot(row, r)]
        settled += [row for row in leave if _gives_leave(row, r)]
        found[r.shipment] = replace(
            told,
            temporary=both if for_a_time.issuperset(both) else (),
            as_returned=(r.return_entry,) if r.return_entry in as_returned else (),
            under_a_case=(r.return_entry,)
            if told.only_for_duties and r.return_entry in under_a_case and r.entry_number not in under_a_case
            else (),
            settled=tuple(dict.fromkeys([
                *(row["issue_id"] for row in settled),
                *(
                    paper.id for number in (r.entry_number, r.bill, *r.containers)
                    for paper in taken_back.get(number, ()) if _dated_about(paper, r, upto=r.return_day)
                ),
            ])),
            destroyed=tuple(dict.fromkeys(
                paper.id for number in (r.entry_number, r.bill) for paper, count in no_more.get(number, ())
                if _dated_about(paper, r) and not (count and r.packages and count < _ALL * r.packages)
            )),
            sold_abroad=tuple(dict.fromkeys([
                *(
                    paper.id for number in (r.entry_number, r.bill, *r.containers)
                    for paper, of_customs in sold.get(number, ())
                    if (of_customs or r.shipment in at_home) and _dated_about(paper, r)
                ),
                *(bill for bill in onward.get(r.shipment, ()) if r.shipment in at_home),
            ])),
        )  # fmt: skip
    return found


def _declared(facts: FactStore, entries: set[str], *, as_of: date | None) -> tuple[set[str], set[str], set[str]]:
    """Of these entries, those for a time only, those of goods that were here before, and those under a duty case."""
    t = facts.table("entry_lines", as_of=as_of)
    t = t.semi_join(one_column("entry_number", entries), "entry_number")
    marks = {
        "for_a_time": t.entry_type == _TEMPORARY,
        "as_returned": t.hts_number.substr(0, 4).isin(_RETURNED),
        "under_a_case": t.ad_case.notnull() | t.cv_case.notnull(),
    }
    rows = t.select("entry_number", **{name: surely(mark) for name, mark in marks.items()}).to_pyarrow().to_pylist()
    found = [{row["entry_number"] for row in rows if row[name]} for name in marks]
    return found[0], found[1], found[2]


def _closed_in_favour(facts: FactStore, entries: set[str], *, as_of: date | None, until: date) -> dict[str, list[Row]]:
    """By entry, the issues that name it and whose last snapshot ends in the importer's favour."""
    t = facts.table("issues", as_of=as_of)
    t = t.filter(~surely(t.as_of > until))
    named = t.select("issue_id", entry_number=t.entry_numbers.unnest())
    named = named.semi_join(one_column("entry_number", entries), "entry_number").select("issue_id").distinct()
    rows = t.semi_join(named, "issue_id").order_by("issue_id", "version").to_pyarrow().to_pylist()
    last = {row["issue_id"]: row for row in rows}
    found: dict[str, list[Row]] = {}
    for row in last.values():
        said = row["conclusion"] or ""
        if _IN_FAVOUR.search(said) and not _AGAINST.search(said):
            for entry in row["entry_numbers"] or ():
                found.setdefault(entry, []).append(row)
    return found


def _leave_given(facts: FactStore, *, as_of: date | None, until: date) -> list[Row]:
    """The last snapshots of issues that give leave to bring goods back, whosever."""
    t = facts.table("issues", as_of=as_of)
    t = t.filter(~surely(t.as_of > until))
    last = t.group_by("issue_id").agg(version=t.version.max())
    t = t.semi_join(last, ["issue_id", "version"])
    said = t.title.fill_null("") + ". " + t.description.fill_null("") + ". " + t.conclusion.fill_null("")
    t = t.filter(said.re_search(_TO_RETURN), said.re_search(_LEAVE), ~said.re_search(_NO_LEAVE))
    rows: list[Row] = t.order_by("issue_id").to_pyarrow().to_pylist()
    return rows


def _leave_written(facts: FactStore, numbers: set[str], *, as_of: date | None, until: date) -> list[Row]:
    """The documents that name one of these numbers and give leave in a sentence or two, in the shape of issues.

    A licence that customs writes of, in place of one that was wanting, is leave.
    """
    return [
        {
            "issue_id": paper.id, "opened_on": paper.day, "title": paper.title, "description": paper.text,
            "conclusion": None, "entry_numbers": None, "importer_numbers": None, "manufacturer_ids": None,
            "port_codes": None, "hts_numbers": None,
        }
        for paper in documents_naming(facts, numbers, (), as_of=as_of, until=until)
        if paper.day and any(
            not re.search(_NO_LEAVE, said)
            and (
                (re.search(_TO_RETURN, said) and re.search(_LEAVE, said))
                or (paper.kind in OF_CUSTOMS and re.search(_LICENCE, said) and re.search(_IN_PLACE, said))
            )
            for said in _said(paper)
        )
    ]  # fmt: skip


def _destroyed(
    facts: FactStore, numbers: set[str], *, as_of: date | None, until: date
) -> dict[str, list[tuple[Document, int | None]]]:
    """By entry or bill, customs' documents that name it and say that goods were destroyed, and how many if they do."""
    found: dict[str, list[tuple[Document, int | None]]] = {}
    papers = documents_naming(facts, numbers, (), as_of=as_of, until=until, kinds=OF_CUSTOMS, saying=DESTROYED_WORDS)
    for paper in papers:
        if paper.day and re.search(DESTROYED_WORDS, re.sub(NOT_DESTROYED_WORDS, "", paper.text)):
            counted = _DESTROYED_COUNT.search(paper.text)
            count = int((counted.group(1) or counted.group(2)).replace(",", "")) if counted else None
            for number in sorted({one.key for one in paper.named} & numbers):
                found.setdefault(number, []).append((paper, count))
    return found


def _taken_back(facts: FactStore, numbers: set[str], *, as_of: date | None, until: date) -> dict[str, list[Document]]:
    """By entry, bill or box, customs' documents that name it and say that what customs did is undone."""
    found: dict[str, list[Document]] = {}
    saying = r"(?i)\b(rescind|withdr|set aside|vacat|lift|revers|annul|appeal|protest)"
    for paper in documents_naming(facts, numbers, (), as_of=as_of, until=until, kinds=OF_CUSTOMS, saying=saying):
        if any(_TAKEN_BACK.search(said) and not _NOT_TAKEN_BACK.search(said) for said, _ in paper.sentences):
            for number in sorted({one.key for one in paper.named} & numbers):
                found.setdefault(number, []).append(paper)
    return found


def _onward(facts: FactStore, returns: list[Return], *, as_of: date | None) -> dict[str, list[str]]:
    """By shipment, bills between other countries of goods of as many packages and the same weight, since customs acted.

    So goods are known that went on to a buyer elsewhere; what came in may still be they where it set out there.
    """
    counted = [r for r in returns if r.packages and r.weight]
    if not counted:
        return {}
    bills = facts.table("foreign_bills", as_of=as_of)
    wanted = ibis.memtable(
        pa.table({"packages": pa.array(sorted({int(r.packages or 0) for r in counted}), pa.int64())})
    )
    bills = bills.filter(bills.loaded_on.notnull(), bills.gross_weight_kg.notnull()).semi_join(wanted, "packages")
    bills = bills.select(
        "bill_number", "country_of_unlading", "packages", "hts_prefix", day=bills.loaded_on.epoch_days(),
        weight=bills.gross_weight_kg.cast("float64"),
    )  # fmt: skip
    by_count: dict[int, list[Row]] = {}
    for row in bills.order_by("bill_number").to_pyarrow().to_pylist():
        by_count.setdefault(int(row["packages"]), []).append(row)
    found: dict[str, list[str]] = {}
    for r in counted:
        for row in by_count.get(int(r.packages or 0), ()):
            near = abs(row["weight"] - (r.weight or 0.0)) <= _SAME_WEIGHT * (r.weight or 0.0)
            hts4 = (row["hts_prefix"] or "").replace(".", "")[:4]
            since = r.action_day <= row["day"] <= r.return_day
            if near and since and hts4 in (r.hts4, "") and row["country_of_unlading"] not in ("US", r.made_in, None):
                found.setdefault(r.shipment, []).append(row["bill_number"])
    return found


def _sold(
    facts: FactStore, numbers: set[str], *, as_of: date | None, until: date
) -> dict[str, list[tuple[Document, bool]]]:
    """By entry, bill or box, papers that name it and say that goods were sold abroad, and whether each is customs'."""
    found: dict[str, list[tuple[Document, bool]]] = {}
    for paper in documents_naming(facts, numbers, (), as_of=as_of, until=until, saying=f"{_LANDED}|{_SOLD}"):
        said = f"{paper.title}. {paper.text}"
        told = re.search(_LANDED, said) or (re.search(_SOLD, said) and re.search(_AWAY, said))
        if paper.day and told and not re.search(_NOT_SOLD, said):
            for number in sorted({one.key for one in paper.named} & numbers):
                found.setdefault(number, []).append((paper, paper.kind in OF_CUSTOMS))
    return found


def _dated_about(paper: Document, r: Return, *, upto: int | None = None) -> bool:
    """Whether a paper was written since customs acted, and by some day; else not long after the return."""
    last = r.return_day + _LEAVE_DAYS if upto is None else upto
    return paper.day is not None and r.action_day <= (paper.day - date(1970, 1, 1)).days <= last


def _from_home(facts: FactStore, returns: list[Return], *, as_of: date | None) -> set[str]:
    """The shipments of which what came in set out, after customs acted, in the country of its maker: by its bill or,
    where that is not on record, by its entry."""
    bills = facts.table("bills", as_of=as_of)
    bills = bills.semi_join(one_column("bill_number", {r.return_bill for r in returns if r.return_bill}), "bill_number")
    rows = bills.select("bill_number", "country_of_lading", laden=bills.loaded_on.epoch_days()).to_pyarrow().to_pylist()
    laden = {row["bill_number"]: row for row in rows if row["laden"] is not None and row["country_of_lading"]}
    lines = facts.table("entry_lines", as_of=as_of)
    lines = lines.semi_join(one_column("entry_number", {r.return_entry for r in returns}), "entry_number")
    told = lines.select("entry_number", "country_of_export").to_pyarrow().to_pylist()
    from_where = {row["entry_number"]: row["country_of_export"] for row in told}
    found = set()
    for r in returns:
        bill = laden.get(r.return_bill)
        where = bill["country_of_lading"] if bill else from_where.get(r.return_entry)
        if (
            r.made_in
            and where == r.made_in
            and not (bill and (r.return_bill == r.bill or bill["laden"] <= r.action_day))
        ):
            found.add(r.shipment)
    return found


def _said(paper: Document) -> Iterator[str]:
    """The sentences of a paper, and each with the one before: what was asked for, and the answer."""
    before = ""
    for said, _ in paper.sentences:
        yield said
        yield f"{before} {said}"
        before = said


def _gives_leave(issue: Row, r: Return) -> bool:
    """Whether leave was given for these goods: by entry, bill or box, or by importer and port, maker or heading."""
    dated = issue["opened_on"] or issue["as_of"]
    if dated is None or not -_LEAVE_DAYS <= (dated - date(1970, 1, 1)).days - r.action_day <= (
        r.return_day - r.action_day + _LEAVE_DAYS
    ):
        return False
    words = _words(issue)
    entries = words.union(issue["entry_numbers"] or ())
    if entries & ({r.entry_number, r.return_entry, r.bill, r.return_bill, *r.containers} - {""}):
        return True
    payer = r.importer_taxpayer.replace("-", "")
    named = [number.replace("-", "") for number in (*words, *(issue["importer_numbers"] or ()))]
    about = (
        r.acting_port in words.union(issue["port_codes"] or ())
        or r.maker in words.union(issue["manufacturer_ids"] or ())
        or any(r.hts4 and number.replace(".", "").startswith(r.hts4) for number in issue["hts_numbers"] or ())
    )
    return about and bool(payer) and any(number.startswith(payer) for number in named)


def _words(issue: Row) -> set[str]:
    """The words of an issue; numbers also without the hyphens in them."""
    said = " ".join(issue[name] or "" for name in ("title", "description", "conclusion")).upper()
    return set(re.findall(r"[A-Z0-9]+", said)) | set(re.findall(r"[A-Z0-9]+", said.replace("-", "")))


def _names_lot(issue: Row, r: Return) -> bool:
    """Whether whoever closed an issue about the return knew of the lot: its entry, its bill or the port that acted."""
    words = _words(issue)
    known = {r.bill, r.entry_number, r.acting_port} - {""}
    return bool(
        known & words
        or r.entry_number in (issue["entry_numbers"] or ())
        or r.acting_port in (issue["port_codes"] or ())
    )


def _by(rows: list[Row], name: str) -> dict[str, list[int]]:
    """Positions of rows by the value of a column."""
    found: dict[str, list[int]] = {}
    for i, row in enumerate(rows):
        if row[name]:
            found.setdefault(row[name], []).append(i)
    return found


def _near(r: Return, rows: list[Row], by: Mapping[str, Mapping[str, list[int]]]) -> list[Row]:
    """The rows that may concern a return, in their order."""
    named = [("action_id", action) for action in r.action_ids]
    named += [("entry_number", r.entry_number), ("entry_number", r.return_entry)]
    named += [("bill_number", r.bill), ("bill_number", r.return_bill), ("payer", r.importer_taxpayer)]
    return [rows[i] for i in sorted({i for name, value in named for i in by[name].get(value, ())})]


def _was_planned(move: Row, r: Return) -> bool:
    """Whether a movement under bond, not for export, may be the way that the goods were to go all along.

    It is, where it set out before customs acted. What set out afterwards is not where customs had refused the goods,
    nor where it went to a port at which an importer of long standing had entered nothing before.
    """
    if move["day"] is None or move["day"] <= r.action_day:
        return True
    there, in_all = r.used_before
    return not r.refused and not (there == 0 and in_all >= _LONG_STANDING)


def _of(r: Return, rows: list[Row], moves: list[Row]) -> Lawful:
    def on_lot(row: Row) -> bool:
        return (
            row["action_id"] in r.action_ids
            or bool(r.entry_number and row["entry_number"] == r.entry_number)
            or bool(r.bill and row["bill_number"] == r.bill and row["bill_number"] != r.return_bill)
        )

    def on_return(row: Row) -> bool:
        return row["entry_number"] == r.return_entry or bool(
            r.return_bill and row["bill_number"] == r.return_bill and row["bill_number"] != r.bill
        )

    lot = [row for row in rows if on_lot(row)]
    back = [row for row in rows if on_return(row) and row["day"] >= r.return_day - 10]
    alone = [
        row for row in rows
        if row["kind"] == "reexport" and not row["entry_number"] and not row["bill_number"]
        and row["payer"] == r.importer_taxpayer and r.action_day <= row["day"] <= r.return_day
    ]  # fmt: skip
    cleared = [row for row in back if row["result"] in ("compliant", "released")]
    adverse = tuple(row["action_id"] for row in back if row["result"] in _ADVERSE)
    passed = () if adverse else tuple(row["action_id"] for row in cleared if row["kind"] != _ON_PAPER)
    there = [m for m in moves if m["bill_number"] == r.bill and m["to_port"] == r.return_port]
    moved = tuple(m["serial"] for m in there if m["kind"] not in _FOR_EXPORT and _was_planned(m, r))
    slipped = tuple(m["serial"] for m in there if m["serial"] not in moved)
    # Goods that move in bond are entered under the bill they moved under. Under another bill, and with no look at
    # them by customs, they left the charge of the port that held them, and the movement explains nothing.
    kept = not r.return_bill or r.return_bill == r.bill or bool(cleared)
    # What left after the goods are thought to have come back was something else.
    return Lawful(
        tuple(row["action_id"] for row in [*lot, *alone] if row["kind"] == "reexport" and row["day"] <= r.return_day),
        tuple(row["action_id"] for row in [*lot, *back, *alone] if row["reconditioned"]),
        tuple(row["action_id"] for row in cleared),
        adverse,
        moved if kept else (),
        slipped if kept else (*moved, *slipped),
        passed=passed,
        only_for_duties={row["area"] for row in lot if row["result"] in _ADVERSE} == {_SPECIAL_DUTIES},
    )  # fmt: skip

"""Was this tried before? Past issues, lab reports and rulings, ranked by how alike they are, reason by reason.

Invariant: whatever is listed shares something with the question, by a reason that names the rows which say so; the
issue that asks is not listed; nothing learned after the day asked for is read.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from graph.facts.columns import taxpayer_of
from graph.facts.store import FactStore
from graph.model.finding import RecordRef
from graph.report.prior.casework import (
    PAPERS,
    Row,
    Standing,
    interventions_of,
    issues_of,
    papers_of,
    standings_of,
)
from graph.report.prior.kin import Kin
from graph.report.prior.question import NAMING, Question
from graph.report.prior.trade import Traded
from graph.report.prior.weigh import (
    BY_TRADE,
    NEVER_COMMON,
    TARIFF_WORTHS,
    TEXT_WORTH,
    WORTHS,
    Reason,
    joined,
    likeness,
    rarity,
    recency,
    shared_digits,
)
from graph.store.store import GraphView

Words = Callable[[str], Mapping[str, str]]  # a text's telling words: token -> the word as written
MOST_WORDS_NAMED = 6
HEADING = 4  # digits of a tariff number from which on it can be shared
ORDER = 9  # characters of a case number without the firm: A-570-967
# What scores less shares too little to be read.
LEAST_SCORE = 0.05
# From this on a chain of ties makes it the firm itself, and its trade says nothing more.
ITSELF = 0.95


@dataclass(frozen=True, slots=True)
class Found:
    """What the search index has for a matter: ids of issues with what their documents say, and of papers.

    `issues_on_file` and `papers_on_file` count all there are, `last_day` is the newest one's. `larger` says by kind of
    thing how many times more matters name it than were found, where these are only the newest.
    """

    issues: Mapping[str, str]
    papers: Collection[str]
    issues_on_file: int
    papers_on_file: int
    last_day: date | None = None
    larger: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PastIssue:
    """A past issue: its latest version, what came before that, what was done, and how alike it is."""

    row: Row
    score: float
    reasons: tuple[Reason, ...]
    kept: float  # of its likeness, for age
    last_day: date | None
    history: tuple[Row, ...]
    interventions: tuple[Row, ...] = ()


@dataclass(frozen=True, slots=True)
class PastPaper:
    """A lab report or ruling that bears on the question."""

    row: Row
    score: float
    reasons: tuple[Reason, ...]
    kept: float


@dataclass(frozen=True, slots=True)
class Prior:
    """What was done before, the most alike first; with the documents of the issues listed, by the issue's id, and the
    standing of all rulings listed or cited that are known."""

    issues: tuple[PastIssue, ...]
    papers: tuple[PastPaper, ...]
    issues_alike: int
    papers_alike: int
    documents: Mapping[str, tuple[Row, ...]]
    standings: Mapping[str, Standing]


class Matter:
    """A question with everything that stands for what it names: other numbers of its parties, and their trade."""

    def __init__(self, question: Question, *, kin: Mapping[str, Kin], trade: Iterable[Traded], words: Words) -> None:
        self.question = question
        self.words = words
        self.tokens = words(question.text)
        self.firms: dict[str, Kin] = {}  # by taxpayer, the surest
        self.makers: dict[str, Kin] = {}
        self._numbers = tuple(one.number.partition(":") for one in kin.values())
        for one in sorted(kin.values(), key=lambda one: (-one.certainty, one.number)):
            kind, _, key = one.number.partition(":")
            if kind == "importer":
                self.firms.setdefault(taxpayer_of(key), one)
            elif kind == "manufacturer":
                self.makers.setdefault(key, one)
        # Where a question names things of a kind itself, what the firm trades in besides is beside the point.
        self.trade = tuple(one for one in trade if not question.of(one.kind))

    @property
    def parties(self) -> tuple[str, ...]:
        """The entity ids of all numbers that stand for a party asked about."""
        return tuple("".join(number) for number in self._numbers)

    def wanted(self) -> dict[str, tuple[str, ...]]:
        """What past matters are to be looked for by, kind by kind: tariff numbers as headings, cases as orders."""
        of = self.question.of
        traded = {kind: [one.key for one in self.trade if one.kind == kind] for kind in ("manufacturer", "hts")}
        wanted = {
            "importer": [key for kind, _, key in self._numbers if kind == "importer"],
            "manufacturer": [*self.makers, *traded["manufacturer"]],
            "port": of("port"),
            "hts": [number[:HEADING] for number in (*of("hts"), *traded["hts"]) if len(number) >= HEADING],
            "case": [case[:ORDER] for case in of("case")],
            "ruling": of("ruling"),
            "entry": of("entry"),
        }
        return {kind: tuple(dict.fromkeys(keys)) for kind, keys in wanted.items() if keys}


def prior(facts: FactStore, view: GraphView, matter: Matter, found: Found, *, limit: int) -> Prior:
    """Past issues, and lab reports and rulings, that are like a matter, at most `limit` of each.

    Costs three queries over the few rows that were found.
    """
    as_of = matter.question.as_of
    issues = sorted(
        _issues(issues_of(facts, found.issues, as_of=as_of), matter, found),
        key=lambda one: (-one.score, -_ordinal(one.last_day), one.row["issue_id"]),
    )
    shown = issues[:limit]
    ids = [one.row["issue_id"] for one in shown]
    documents = papers_of(facts, found.papers, ids, as_of=as_of)
    rows = [documents.rows[key] for key in sorted(found.papers) if key in documents.rows]
    papers = sorted(
        _papers(rows, matter, found), key=lambda one: (-one.score, -_ordinal(one.row["date"]), one.row["id"])
    )
    rulings = {ruling for one in shown for ruling in one.row["ruling_numbers"] or ()}
    rulings |= {one.row["id"] for one in papers[:limit] if one.row["kind"] == "ruling"}
    deeds = interventions_of(facts, ids, as_of=as_of)
    return Prior(
        tuple(replace(one, interventions=deeds.get(key, ())) for one, key in zip(shown, ids, strict=True)),
        tuple(papers[:limit]),
        len(issues),
        len(papers),
        documents.of_issue,
        standings_of(facts, view, rulings, as_of=as_of),
    )


@dataclass(frozen=True, slots=True)
class _Named:
    """What one past matter names, by kind, and the row that says so."""

    keys: Mapping[str, tuple[str, ...]]
    record: RecordRef
    text: str


def _issues(versions: Mapping[str, tuple[Row, ...]], matter: Matter, found: Found) -> Iterable[PastIssue]:
    past = {issue: rows for issue, rows in versions.items() if issue != matter.question.itself}
    named = {
        issue: _Named(
            {kind: tuple(rows[-1][column] or ()) for kind, column in NAMING.items()},
            RecordRef("issues", (issue, str(rows[-1]["version"]))),
            _text(*(rows[-1][column] for column in ("title", "description", "conclusion")), found.issues.get(issue)),
        )
        for issue, rows in past.items()
    }
    last_days = {
        issue: rows[-1]["worked_to"] or rows[-1]["as_of"] or rows[-1]["opened_on"] for issue, rows in past.items()
    }
    weighing = _Weighing(matter, named.values(), found.issues_on_file, "issues", found.larger)
    for issue, one in named.items():
        kept = recency(last_days[issue], matter.question.as_of or found.last_day)
        reasons = weighing.reasons(one)
        score = joined(reasons, kept=kept)
        if reasons and score >= LEAST_SCORE:
            yield PastIssue(past[issue][-1], score, reasons, kept, last_days[issue], past[issue])


def _papers(rows: Collection[Row], matter: Matter, found: Found) -> Iterable[PastPaper]:
    rows = [row for row in rows if row["kind"] in PAPERS]
    named = [
        _Named(
            {
                "importer": _those(row["importer_number"]),
                "manufacturer": _those(row["manufacturer_id"]),
                "entry": _those(row["entry_number"]),
                "hts": tuple(
                    dict.fromkeys(
                        (*row["held"], *(row["tariffs"] or ()), *_those(row["claimed_hts"], row["suggested_hts"]))
                    )
                ),
                "held": row["held"],
                "ruling": (row["id"],),
            },
            RecordRef("documents", (row["id"],)),
            _text(row["title"], row["conclusion"]),
        )
        for row in rows
    ]
    today = matter.question.as_of or found.last_day
    weighing = _Weighing(matter, named, found.papers_on_file, "lab reports and rulings", found.larger)
    for row, one in zip(rows, named, strict=True):
        # A ruling does not age: it stands or it does not.
        kept = recency(row["date"], today) if row["kind"] == "lab_report" else 1.0
        reasons = weighing.reasons(one)
        score = joined(reasons, kept=kept)
        if reasons and score >= LEAST_SCORE:
            yield PastPaper(row, score, reasons, kept)


class _Weighing:
    """Gives the reasons of past matters, knowing how many of them name each thing."""

    def __init__(
        self, matter: Matter, named: Collection[_Named], on_file: int, what: str, larger: Mapping[str, float]
    ) -> None:
        self._matter = matter
        self._on_file = on_file
        self._what = what
        self._larger = larger
        self._naming: Counter[tuple[str, str]] = Counter()
        self._saying: Counter[str] = Counter()
        for one in named:
            self._naming.update({(kind, key) for kind, keys in one.keys.items() for key in keys if kind != "hts"})
            self._naming.update(
                {("hts", key[:n]) for key in one.keys.get("hts", ()) for n in TARIFF_WORTHS if len(key) >= n}
            )
            if matter.tokens:
                self._saying.update(set(matter.words(one.text)) & set(matter.tokens))

    def reasons(self, one: _Named) -> tuple[Reason, ...]:
        """Why a past matter is like the question, the weightiest first."""
        firm = self._firm(one)
        found = [*firm, *self._maker(one), *self._tariffs(one), *self._exact(one), *self._text(one)]
        if not any(reason.worth >= WORTHS["importer"] * ITSELF for reason in firm):
            found += self._by_trade(one, {reason.entity for reason in found})
        return tuple(sorted(found, key=lambda reason: (-reason.worth, reason.kind, reason.entity)))

    def _firm(self, one: _Named) -> Iterable[Reason]:
        """The surest way in which a firm asked about, or its kin, is named; one reason for each firm asked about."""
        best: dict[str, tuple[Kin, str]] = {}
        for key in one.keys.get("importer", ()):
            kin = self._matter.firms.get(taxpayer_of(key))
            if kin and (kin.asked not in best or kin.certainty > best[kin.asked][0].certainty):
                best[kin.asked] = (kin, key)
        return [self._by_kin("importer", kin, key, one) for kin, key in best.values()]

    def _maker(self, one: _Named) -> Iterable[Reason]:
        makers = ((self._matter.makers.get(key), key) for key in one.keys.get("manufacturer", ()))
        return [self._by_kin("manufacturer", kin, key, one) for kin, key in makers if kin]

    def _by_kin(self, kind: str, kin: Kin, key: str, one: _Named) -> Reason:
        asked = kin.asked.partition(":")[2]
        thing = {"importer": "firm", "manufacturer": "maker"}[kind]
        worth = WORTHS[kind] * kin.certainty * self._rarity(kind, key)
        ties = " and ".join(tie.words for tie in kin.ties)
        if key == asked:
            label, told = f"same {thing}", f"it names {asked}{self._how_rare(kind, key)}"
        elif not kin.ties:
            label = f"same {thing} under another suffix"
            told = f"it names {key}, the same taxpayer as {asked}"
        else:
            sure = "same" if kin.certainty >= 0.5 else "possibly the same"
            label = f"{sure} {thing} under another number"
            told = f"it names {key}, which stands for {asked} with certainty {kin.certainty:.2f}: {ties}"
        records = tuple(record for tie in kin.ties for record in tie.records)
        opens = tuple(tie.opens for tie in kin.ties if tie.opens)
        return Reason(kind, label, told, round(worth, 4), f"{kind}:{key}", kin.asked, (one.record, *records), opens)

    def _tariffs(self, one: _Named) -> Iterable[Reason]:
        """For each tariff number asked about, the nearest one that is named."""
        for asked in self._matter.question.of("hts"):
            near = max(one.keys.get("hts", ()), key=lambda key: shared_digits(asked, key), default="")
            if near and (digits := shared_digits(asked, near)):
                yield self._tariff(asked, near, digits, one)

    def _tariff(self, asked: str, near: str, digits: int, one: _Named) -> Reason:
        level = {10: "same tariff number", 8: "same tariff number at 8 digits", 6: "same subheading"}
        shared = near[:digits]
        names = "holds goods to be under" if near in one.keys.get("held", ()) else "names"
        told = f"it {names} {near}, {digits} digits of it those of {asked}{self._how_rare('hts', shared)}"
        worth = TARIFF_WORTHS[digits] * self._rarity("hts", shared)
        return Reason(
            "hts", level.get(digits, "same heading"), told, round(worth, 4), f"hts:{near}", f"hts:{asked}",
            (one.record,),
        )  # fmt: skip

    def _exact(self, one: _Named) -> Iterable[Reason]:
        """Ports, orders, rulings and entries: shared or not."""
        for kind, entity in (("port", "port"), ("case", "case"), ("ruling", "document"), ("entry", "")):
            length = ORDER if kind == "case" else None
            asked = {key[:length] for key in self._matter.question.of(kind)}
            for key in dict.fromkeys(key[:length] for key in one.keys.get(kind, ())):
                if key in asked:
                    worth = WORTHS[kind] * self._rarity(kind, key)
                    shared = f"{entity}:{key}" if entity else ""
                    told = f"it names {kind} {key}{self._how_rare(kind, key)}"
                    yield Reason(kind, f"same {kind}", told, round(worth, 4), shared, shared, (one.record,))

    def _text(self, one: _Named) -> Iterable[Reason]:
        tokens = self._matter.tokens
        if not tokens:
            return
        said = self._matter.words(one.text)
        alike = likeness(tokens, said, naming=self._saying, of=self._on_file)
        if alike > 0:
            shared = sorted((token for token in tokens if token in said), key=lambda token: self._saying[token])
            named = ", ".join(tokens[token] for token in shared[:MOST_WORDS_NAMED])
            told = f"it says {len(shared)} of {len(tokens)} words ({named}), {alike:.2f} of their weight"
            yield Reason("text", "like words", told, round(TEXT_WORTH * alike, 4), records=(one.record,))

    def _by_trade(self, one: _Named, told_already: Collection[str]) -> Iterable[Reason]:
        """What the firm trades in, where the question did not say: its makers, tariff numbers and ports."""
        best: dict[str, Reason] = {}
        for traded in self._matter.trade:
            for key in one.keys.get(traded.kind, ()):
                entity = f"{traded.kind}:{key}"
                digits = shared_digits(traded.key, key) if traded.kind == "hts" else 0
                if entity in told_already or not (digits if traded.kind == "hts" else traded.key == key):
                    continue
                whole = TARIFF_WORTHS[digits] if digits else WORTHS[traded.kind]
                worth = whole * BY_TRADE * traded.share**0.25 * self._rarity(traded.kind, key[: digits or None])
                party = traded.party.partition(":")[2]
                label, deed = {
                    "manufacturer": ("a maker it buys from", "buys"), "hts": ("goods it trades in", "trades"),
                    "port": ("a port it uses", "enters"),
                }[traded.kind]  # fmt: skip
                told = f"it names {key}; {party} {deed} {traded.share:.0%} of its value there"
                if traded.kind == "hts":
                    told = f"it names {key}, {digits} digits of it those of {traded.share:.0%} of what {party} trades"
                reason = Reason(
                    f"trade_{traded.kind}", label, told, round(worth, 4), entity, f"{traded.kind}:{traded.key}",
                    (one.record,),
                )  # fmt: skip
                if traded.kind not in best or reason.worth > best[traded.kind].worth:
                    best[traded.kind] = reason
        return best.values()

    def _rarity(self, kind: str, key: str) -> float:
        return 1.0 if kind in NEVER_COMMON else rarity(self._named_by(kind, key), self._on_file)

    def _how_rare(self, kind: str, key: str) -> str:
        naming = self._named_by(kind, key)
        return f", as {naming} of {self._on_file} {self._what} do" if naming else ""

    def _named_by(self, kind: str, key: str) -> int:
        """How many past matters name a thing."""
        return round(self._naming[kind, key] * self._larger.get(kind, 1.0))


def _text(*parts: str | None) -> str:
    return " ".join(part for part in parts if part)


def _those(*values: str | None) -> tuple[str, ...]:
    return tuple(value for value in values if value)


def _ordinal(day: date | None) -> int:
    return day.toordinal() if day else 0

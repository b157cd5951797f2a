"""Was this tried before? From what a person asks, in any mix and spelling, to the ranked answer of the gate.

Invariant: a number that cannot be one is an error and not an empty answer; what was read out of words, and what could
not be used, stands in the notes.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from html import unescape
from pathlib import Path
from typing import Any, Literal

from api.answers.naming import normal_id
from api.answers.port_names import ports_named
from api.schemas import (
    PriorAnswer,
    PriorDocument,
    PriorIntervention,
    PriorIssueItem,
    PriorKinItem,
    PriorPaperItem,
    PriorReason,
    PriorRequest,
    PriorSnapshot,
    RecordRefItem,
)
from api.serving import Snapshot, secret_of
from graph.build.evidence import split_id
from graph.model.entity import RelatedQuery
from graph.model.errors import Invalid, NotFound
from graph.model.identifiers import CaseNumber, ImporterNumber, mask_ssn, parse
from graph.model.tables import ISSUES, IdentifierType
from graph.report.prior.casework import PAPERS, Standing, issues_of
from graph.report.prior.kin import kin_of
from graph.report.prior.precedents import Found, Matter, PastIssue, PastPaper, Prior, prior
from graph.report.prior.question import NAMING, Question
from graph.report.prior.trade import trade_of
from graph.report.prior.weigh import Reason, band
from graph.resolve.words import read_name
from graph.store.store import GraphView
from ingest.extract.mentions import find_mentions
from ingest.extract.pipeline import How
from search.analysis import STOP_WORDS, spans
from search.query import Hit, SearchResult

_IDENTIFIERS = {
    "importer": IdentifierType.IMPORTER_NUMBER, "manufacturer": IdentifierType.MANUFACTURER_ID,
    "port": IdentifierType.PORT, "hts": IdentifierType.HTS, "case": IdentifierType.CASE,
    "ruling": IdentifierType.RULING, "entry": IdentifierType.ENTRY_NUMBER,
}  # fmt: skip
_EXAMPLES = {
    "importer": "12-345678900", "manufacturer": "CNSHEFUR123SHE", "port": "2704", "hts": "7326.20 or 7326.20.0020",
    "case": "A-570-918", "ruling": "NY N301234", "entry": "ABC-1234567-6",
}  # fmt: skip
# What the mentions of a text are called there, where the gate has another word.
_MENTIONED = {"document": "ruling", "entry_number": "entry"}
# What is looked for, and the index's fields for what it names, where they have other names.
_KINDS = ("issue", *PAPERS)
_FIELDS = {"hts": "hts4"}
# So many hits for words are read again, word by word; and so many of those that name a thing, the newest.
_MOST_HITS, _MOST_NAMING = 100, 400
_MOST_NAMED = 12  # parties that a text may name
_FEWEST_LETTERS = 7  # of a name of one word, for a text to name it
_ISSUE_COLUMNS = {column.name: column for column in ISSUES.columns}
_LABELS_SHOWN = 4
_CALLED = ("importer", "manufacturer", "port")  # kinds of things that reasons call by name as well


def prior_answer(now: Snapshot, asked: PriorRequest, *, home: Path) -> PriorAnswer:
    """Past issues, lab reports and rulings that are like what is asked. `Invalid` for an empty question or a number
    that cannot be one, `NotFound` for an issue or, alone in the question, a party that is not on file."""
    desk = _Desk(now, home)
    question = desk.question(asked)
    parties, as_of = question.parties, question.as_of
    matter = Matter(
        question,
        kin=kin_of(now.facts, now.view, parties, findings=now.findings.all, as_of=as_of),
        trade=trade_of(now.facts, now.view, parties, as_of=as_of),
        words=telling_words,
    )
    found = prior(now.facts, now.view, matter, _found(now, matter), limit=asked.limit)
    return _answer(now, matter, found, desk.notes)


def asked_in_words(asked: PriorRequest) -> str:
    """What was asked, for the audit."""
    given = asked.model_dump(exclude_defaults=True, exclude={"limit"}, mode="json")
    return " ".join(f"{name}={','.join(value) if isinstance(value, list) else value}" for name, value in given.items())


def telling_words(text: str) -> dict[str, str]:
    """The words of a text by their tokens: no stop words, and no numbers, which are asked for as such.

    >>> telling_words("Wire hangers of 7326.20, the hanger")
    {'wire': 'Wire', 'hanger': 'hangers'}
    """
    found: dict[str, str] = {}
    for start, end, token in spans(text):
        written = text[start:end]
        if len(token) > 1 and token.isalpha() and written.lower() not in STOP_WORDS:
            found.setdefault(token, written)
    return found


class _Desk:
    """Reads one question, and notes on the way what was read out of words and what could not be used."""

    def __init__(self, now: Snapshot, home: Path) -> None:
        self._now = now
        self._home = home
        self.notes: list[str] = []

    def question(self, asked: PriorRequest) -> Question:
        """The question in normal form."""
        named: dict[str, dict[str, None]] = {kind: {} for kind in NAMING}
        for kind in NAMING:
            self._add(named, kind, getattr(asked, kind))
        text, itself = [asked.text], asked.issue.removeprefix("issue:").strip()
        if asked.entity.strip():
            itself = self._entity(named, asked.entity) or itself
        if asked.draft:
            text += self._draft(named, asked.draft)
            itself = itself or str(asked.draft.get("issue_id") or "")
        if itself and not (asked.draft and not asked.issue):
            text += self._on_file(named, itself, asked.as_of)
        words = "\n".join(part for part in text if part.strip())
        self._read_out(named, words)
        question = Question(
            {kind: tuple(keys) for kind, keys in named.items()}, mask_ssn(words), itself, asked.as_of
        )  # fmt: skip
        if question.empty:
            raise Invalid(
                "Nothing was asked.",
                thing="question",
                next_step="Give an importer, port, tariff number, words or an issue: tidewaiter prior --hts 7326.20.",
            )
        return self._known(question)

    def _add(self, named: dict[str, dict[str, None]], kind: str, values: Iterable[str]) -> None:
        for value in values:
            if value.strip():
                named[kind][self._key(kind, value.strip().removeprefix(f"{kind}:"))] = None

    def _key(self, kind: str, value: str) -> str:
        try:
            found = parse(_IDENTIFIERS[kind], value)
        except Invalid as error:
            raise Invalid(
                error.message,
                thing=error.thing,
                value=mask_ssn(value)[:200],
                next_step=f"Write it like {_EXAMPLES[kind]}; words go into the text.",
            ) from error
        if isinstance(found, ImporterNumber) and not found.number:
            secret = secret_of(self._home)
            if not secret:
                raise NotFound(
                    "No social security number has ever been loaded here.",
                    thing="importer",
                    value=mask_ssn(value),
                    next_step="Ask by another number, or by name with --text.",
                )
            found = found.tokenised(secret)
        return found.order.key if isinstance(found, CaseNumber) else found.key

    def _entity(self, named: dict[str, dict[str, None]], text: str) -> str:
        """Put an entity's numbers into the question; an issue's id is given back."""
        entity_id = normal_id(text, home=self._home)
        kind, key = split_id(entity_id)
        if kind.kind == "issue":
            return key
        if kind.kind == "party":
            for number in self._now.view.entity(entity_id).identifiers:
                of, _, own = number.partition(":")
                if of in NAMING:
                    named[of][own] = None
            return ""
        of = "ruling" if kind.kind == "document" else kind.kind
        if of not in NAMING:
            raise Invalid(
                f"Past issues do not name a {kind.label.lower()}.",
                thing="entity",
                value=entity_id,
                next_step=f"Ask for a party, an issue or one of: {', '.join(NAMING)}.",
            )
        self._add(named, of, (key,))
        return ""

    def _draft(self, named: dict[str, dict[str, None]], draft: Mapping[str, Any]) -> list[str]:
        """Put a draft issue's numbers into the question; its words are given back."""
        unknown = sorted(set(draft) - set(_ISSUE_COLUMNS))
        if unknown:
            raise Invalid(
                f"An issue has no column {unknown[0]!r}.",
                thing="draft",
                value=unknown[0][:200],
                next_step=f"Columns are {', '.join(_ISSUE_COLUMNS)}.",
            )
        for kind, column in NAMING.items():
            value = draft.get(column)
            listed = value if isinstance(value, list) else str(value or "").split(";")
            self._add(named, kind, listed)
        return [str(draft.get(column) or "") for column in ("title", "description")]

    def _on_file(self, named: dict[str, dict[str, None]], issue_id: str, as_of: date | None) -> list[str]:
        """Put an issue's numbers, as its latest version has them, into the question; its words are given back."""
        rows = issues_of(self._now.facts, (issue_id,), as_of=as_of).get(issue_id, ())
        if not rows:
            raise NotFound(
                f"There is no issue {mask_ssn(issue_id)!r}" + (f" as known on {as_of}." if as_of else "."),
                thing="issue",
                value=mask_ssn(issue_id)[:200],
                next_step="Give a draft as a file or in the request's `draft`, or search for the issue.",
            )
        row = rows[-1]
        for kind, column in NAMING.items():
            named[kind] |= dict.fromkeys(row[column] or ())
        return [row["title"] or "", row["description"] or ""]

    def _read_out(self, named: dict[str, dict[str, None]], text: str) -> None:
        """Identifiers and names of parties and ports that stand in the words."""
        read: list[str] = []
        for mention in find_mentions("", text):
            if mention.kind == "port" and mention.how == How.WORD:
                continue  # which one is meant is told from the ports on file
            kind = _MENTIONED.get(mention.kind, mention.kind)
            key = mention.key[:9] if kind == "case" else mention.key
            if kind in NAMING and key not in named[kind]:
                named[kind][key] = None
                read.append(f"{kind} {key}")
        for entity_id, name in self._parties_in(text):
            kind, _, key = entity_id.partition(":")
            if key not in named[kind]:
                named[kind][key] = None
                read.append(f"{kind} {key} ({name})")
        for code, name in ports_named(text, self._ports):
            if code not in named["port"]:
                named["port"][code] = None
                read.append(f"port {code} ({name})")
        if read:
            self.notes.append(f"Read out of the words: {', '.join(read)}.")

    def _parties_in(self, text: str) -> Iterable[tuple[str, str]]:
        """Importers and makers whose name stands in the text, word by word, abbreviations written out on both sides
        and legal forms aside."""
        said = telling_words(text)
        if not said:
            return
        running = f" {' '.join(read_name(text).words)} "
        hits = self._now.search.search(
            _plain(said), kinds=("importer", "manufacturer", "party"), facets=(), limit=_MOST_HITS
        ).items
        named = 0
        for hit in hits:
            words = read_name(hit.title).words
            long_enough = len(words) > 1 or (words and len(words[0]) >= _FEWEST_LETTERS and hit.title.isalpha())
            if not long_enough or f" {' '.join(words)} " not in running or named >= _MOST_NAMED:
                continue
            named += 1
            ids = self._now.view.entity(hit.id).identifiers if hit.kind == "party" else (hit.id,)
            yield from ((one, hit.title) for one in ids if one.partition(":")[0] in ("importer", "manufacturer"))

    def _ports(self, words: str) -> Iterable[tuple[str, str]]:
        """The ports on file whose name has one of some words."""
        said = telling_words(words)
        found = self._now.search.search(_plain(said), kinds=("port",), facets=(), limit=_MOST_HITS) if said else None
        return [(hit.id.partition(":")[2], hit.title) for hit in found.items] if found else []

    def _known(self, question: Question) -> Question:
        """The question without parties of which nothing is on file; `NotFound` when nothing is left of it."""
        known = self._now.view.entities(question.parties)
        missing = [one for one in question.parties if one not in known]
        if not missing:
            return question
        left = {
            kind: tuple(key for key in keys if f"{kind}:{key}" not in missing) for kind, keys in question.named.items()
        }
        kept = Question(left, question.text, question.itself, question.as_of)
        told = ", ".join(mask_ssn(one) for one in missing)
        if kept.empty:
            raise NotFound(
                f"Nothing is on file about {told}.",
                thing="importer" if missing[0].startswith("importer") else "manufacturer",
                value=mask_ssn(missing[0].partition(":")[2]),
                next_step="Check the number, or ask by tariff number, port or words as well.",
            )
        self.notes.append(f"Nothing is on file about {told}: the rest was asked.")
        return kept


def _plain(words: Mapping[str, str]) -> str:
    """Words as a search that has no operators: none of Lucene's capitals, in lower case."""
    return " ".join(word.lower() for word in words.values())


def _found(now: Snapshot, matter: Matter) -> Found:
    """What the index has that names what the matter names, or says what it says.

    The index has issues in their latest version; for a past day the graph adds those of which an earlier one names a
    party.
    """
    search, as_of = now.search, matter.question.as_of
    until = {"date": (f"..{as_of}",)} if as_of else {}

    def hits(text: str, kinds: tuple[str, ...], filters: Mapping[str, Sequence[str]], most: int) -> SearchResult:
        return search.search(
            text, kinds=kinds, filters={**filters, **until}, facets=("kind",), sort="relevance" if text else "date",
            limit=most,
        )  # fmt: skip

    issues: dict[str, list[str]] = {}
    papers: dict[str, None] = {}
    larger: dict[str, float] = {}
    newest = hits("", _KINDS, {}, 1)
    on_file = dict(newest.facets.get("kind", ()))
    for kind, keys in matter.wanted().items():
        result = hits("", _KINDS, {_FIELDS.get(kind, kind): keys}, _MOST_NAMING)
        larger[kind] = result.total / len(result.items) if result.items else 1.0
        for hit in result.items:
            _keep(hit, issues, papers)
    if matter.tokens:
        for kinds in (("issue", "ims_document"), PAPERS):
            for hit in hits(_plain(matter.tokens), kinds, {}, _MOST_HITS).items:
                _keep(hit, issues, papers)
    for key in _once_naming(now.view, matter) if as_of else ():
        issues.setdefault(key, [])
    return Found(
        {issue_id: " ".join(said) for issue_id, said in issues.items()},
        tuple(papers),
        on_file.get("issue", 0),
        sum(on_file.get(kind, 0) for kind in PAPERS),
        newest.items[0].date if newest.items else None,
        larger,
    )


def _once_naming(view: GraphView, matter: Matter) -> Iterable[str]:
    """Issues of which any version names a party of the matter."""
    for party in view.entities(matter.parties):
        links = (f"issue_on_{party.partition(':')[0]}",)
        for one in view.related(RelatedQuery(party, links=links, order="recency", limit=_MOST_NAMING)).items:
            yield one.entity.key


def _keep(hit: Hit, issues: dict[str, list[str]], papers: dict[str, None]) -> None:
    """Put a hit among the issues, by what its document says where it is one, or among the papers."""
    key = hit.id.partition(":")[2]
    if hit.kind == "issue":
        issues.setdefault(key, [])
    elif hit.kind in PAPERS:
        papers[key] = None
    else:
        for issue_id in hit.fields.get("issue", ()):
            issues.setdefault(issue_id, []).extend((hit.title, _passage(hit)))


def _passage(hit: Hit) -> str:
    return unescape(hit.snippet.replace("<mark>", "").replace("</mark>", ""))


# From what was found to the answer


def _answer(now: Snapshot, matter: Matter, found: Prior, notes: Sequence[str]) -> PriorAnswer:
    question = matter.question
    others = [one for one in (*matter.firms.values(), *matter.makers.values()) if one.ties]
    named = {one.number for one in others}
    named |= {f"{'document' if kind == 'ruling' else kind}:{key}" for kind in NAMING for key in question.of(kind)}
    reasons = [reason for listed in (found.issues, found.papers) for one in listed for reason in one.reasons]
    named |= {entity for reason in reasons for entity in (reason.entity, reason.asked) if entity}
    named |= {f"port:{row['port_code']}" for one in found.issues for row in one.interventions}
    known = now.view.entities(tuple(sorted(named)))
    names = {entity_id: entity.name for entity_id, entity in known.items() if entity.name != entity.key}
    return PriorAnswer(
        precedents=[_issue(one, found, names) for one in found.issues],
        papers=[_paper(one, found, names) for one in found.papers],
        total=found.issues_alike,
        total_papers=found.papers_alike,
        asked=_as_asked(question),
        kin=[
            PriorKinItem(
                number=one.number, name=names.get(one.number, ""), asked=one.asked, certainty=round(one.certainty, 4),
                why=[tie.words for tie in one.ties],
                opens=[tie.opens for tie in one.ties if tie.opens],
            )
            for one in sorted(others, key=lambda one: (-one.certainty, one.number))
        ],
        notes=list(notes),
        names=names,
        as_of=question.as_of,
    )  # fmt: skip


def _as_asked(question: Question) -> dict[str, list[str]]:
    asked = {kind: list(keys) for kind, keys in question.named.items() if keys}
    if question.text:
        asked["text"] = [question.text]
    if question.itself:
        asked["issue"] = [question.itself]
    return asked


def _issue(one: PastIssue, found: Prior, names: Mapping[str, str]) -> PriorIssueItem:
    row = one.row
    rulings = [_cited(ruling, found.standings.get(ruling)) for ruling in row["ruling_numbers"] or ()]
    deeds = [_intervention(deed, names) for deed in one.interventions]
    return PriorIssueItem(
        issue_id=row["issue_id"],
        id=f"issue:{row['issue_id']}",
        title=row["title"] or f"Issue {row['issue_id']}",
        outcome=_ended(row),
        done=_done(row, deeds),
        score=one.score,
        alike=_alike(one.score),
        why=_why(one.reasons),
        reasons=[_reason(reason, names) for reason in one.reasons],
        kept=round(one.kept, 4),
        **{
            name: row[name] or ""
            for name in ("issue_type", "priority_trade_issue", "status", "work_kind", "owner_office",
                         "security_label", "conclusion", "result_code")
        },
        opened_on=row["opened_on"],
        last_day=one.last_day,
        revenue_impact_usd=_number(row["revenue_impact_usd"]),
        interventions=deeds,
        documents=[
            *(
                PriorDocument(
                    id=f"document:{paper['id']}", kind=paper["kind"], title=paper["title"] or paper["id"],
                    date=paper["date"],
                )
                for paper in found.documents.get(row["issue_id"], ())
            ),
            *rulings,
        ],
        history=[_snapshot(version) for version in one.history],
    )  # fmt: skip


def _paper(one: PastPaper, found: Prior, names: Mapping[str, str]) -> PriorPaperItem:
    row = one.row
    standing = found.standings.get(row["id"], Standing()) if row["kind"] == "ruling" else None
    return PriorPaperItem(
        id=f"document:{row['id']}",
        kind=row["kind"],
        title=row["title"] or row["id"],
        outcome=_held(row, standing),
        score=one.score,
        alike=_alike(one.score),
        why=_why(one.reasons),
        reasons=[_reason(reason, names) for reason in one.reasons],
        kept=round(one.kept, 4),
        date=row["date"],
        standing=standing.word if standing else "",
        changed_by=_changed_by(standing) if standing else [],
    )


def _snapshot(row: Mapping[str, Any]) -> PriorSnapshot:
    return PriorSnapshot(
        version=row["version"], as_of=row["as_of"], status=row["status"] or "", work_kind=row["work_kind"] or "",
        conclusion=row["conclusion"] or "", result_code=row["result_code"] or "",
        revenue_impact_usd=_number(row["revenue_impact_usd"]),
    )  # fmt: skip


def _intervention(row: Mapping[str, Any], names: Mapping[str, str]) -> PriorIntervention:
    port = f"port:{row['port_code']}"
    counts = {name: row[name] for name in ("sample_size", "exams", "discrepancies", "material")}
    return PriorIntervention(
        port=port, port_name=names.get(port, ""), started_on=row["started_on"], ended_on=row["ended_on"],
        revenue_usd=_number(row["revenue_usd"]), **counts,
    )  # fmt: skip


def _cited(ruling: str, standing: Standing | None) -> PriorDocument:
    if standing is None:
        return PriorDocument(id=f"document:{ruling}", kind="ruling")
    return PriorDocument(
        id=f"document:{ruling}", kind="ruling", title=standing.title, date=standing.day,
        standing=standing.word if standing.title or standing.word != "stands" else "",
        changed_by=_changed_by(standing),
    )  # fmt: skip


def _changed_by(standing: Standing) -> list[str]:
    return [f"document:{ruling}" for ruling in (*standing.revoked_by, *standing.modified_by)]


def _reason(reason: Reason, names: Mapping[str, str]) -> PriorReason:
    words = reason.words
    for entity in dict.fromkeys((reason.entity, reason.asked)):
        kind, _, key = entity.partition(":")
        if kind in _CALLED and entity in names:
            words = words.replace(key, f"{key} ({names[entity]})", 1)
    return PriorReason(
        kind=reason.kind, label=reason.label, words=words, worth=reason.worth, entity=reason.entity,
        asked=reason.asked, opens=list(reason.opens),
        records=[RecordRefItem(table=record.table, key=list(record.key)) for record in reason.records],
    )  # fmt: skip


def _alike(score: float) -> Literal["very", "much", "partly"]:
    return band(score)  # type: ignore[return-value]


def _why(reasons: Sequence[Reason]) -> str:
    """The weightiest reasons in a line.

    >>> _why([Reason("importer", "same firm", "", 0.9), Reason("port", "same port", "", 0.1)])
    'same firm, same port'
    """
    return ", ".join(list(dict.fromkeys(reason.label for reason in reasons))[:_LABELS_SHOWN])


def _done(row: Mapping[str, Any], deeds: Sequence[PriorIntervention]) -> str:
    """What was done, in a line: the kind of work, when, and an intervention's sums."""
    work = (row["work_kind"] or "work of a kind not noted").replace("_", " ")
    began = row["worked_from"] or row["opened_on"]
    when = f" from {began}" if began else ""
    when += f" to {row['worked_to']}" if row["worked_to"] else ""
    if not deeds:
        return f"{work}{when}"
    exams, wrong, material = (
        sum(getattr(one, name) or 0 for one in deeds) for name in ("exams", "discrepancies", "material")
    )
    ports = len({one.port for one in deeds})
    revenue = sum(one.revenue_usd or 0 for one in deeds)
    return (
        f"{work}{when}: {exams:,} exams at {ports} port{'s' if ports > 1 else ''}, {wrong:,} discrepancies "
        f"({material:,} material), ${revenue:,.0f}"
    )


def _ended(row: Mapping[str, Any]) -> str:
    """How an issue ended, in a line: the result, the conclusion and the revenue, or that it is open."""
    result = (row["result_code"] or "").replace("_", " ")
    told = ": ".join(part for part in (result, row["conclusion"] or "") if part)
    revenue = _number(row["revenue_impact_usd"])
    if told:
        return f"{told} Revenue ${revenue:,.0f}." if revenue else told
    return f"{row['status'] or 'status not noted'}, without a conclusion"


def _held(row: Mapping[str, Any], standing: Standing | None) -> str:
    """What a paper says: a lab report's conclusion, a ruling's classification and whether it stands."""
    if row["kind"] == "lab_report":
        origin = row["origin_consistent"]
        says = {"yes": "origin consistent", "no": "origin not consistent", "inconclusive": "origin inconclusive"}
        return " · ".join(part for part in (row["conclusion"] or "no conclusion noted", says.get(origin, "")) if part)
    numbers = row["tariffs"] or row["held"]
    held = f"classified in {', '.join(numbers)}" if numbers else "no tariff number noted"
    if standing is None or standing.word == "stands":
        return f"{held}; stands"
    by = ", ".join(one.partition(":")[2] for one in _changed_by(standing))
    return f"{held}; {standing.word.upper()} by {by}"


def _number(value: Any) -> float | None:  # a decimal of the facts
    return None if value is None else float(value)

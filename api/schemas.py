"""Every answer of the HTTP interface, as pydantic models: what clients may rely on.

Invariant: fields are added, never renamed or taken away; money is in US dollars, days are ISO. An answer's
generation stands in the `X-Tidewaiter-Generation` header, so bodies over equal data are equal.
"""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Day = date  # fields called `date` would hide the type
Cell = str | int | float | bool | None | list[str]
Row = dict[str, Cell]


class Answer(BaseModel):
    """Base of all answers: immutable once read; unknown fields of a newer server are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Problem(Answer):
    """What went wrong (RFC 9457): the thing, the value found there, and what to do next."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    thing: str = ""
    value: str = ""
    next_step: str = ""
    request_id: str = ""


class Measured(Answer):
    """How much of the record lies behind a thing; `quantity` is null where units are mixed."""

    count: int = 0
    value_usd: float | None = None
    quantity: float | None = None
    first_date: date | None = None
    last_date: date | None = None


class EntityBrief(Answer):
    """An entity in a list."""

    id: str
    kind: str
    name: str


class SaidItem(Answer):
    """What a document decides or finds: the field `what`, its value as written, the entity that it names if any, its
    place in the text (0 to 0 where a column says it), in `flag` what a person should look at, and in `passage` the
    sentence that does something to another ruling."""

    what: str
    value: str
    entity: str = ""
    start: int = 0
    end: int = 0
    flag: str = ""
    passage: str = ""


class EntityAnswer(Measured):
    """Who or what an entity is. `identifiers` are the ids of the numbers a resolved party goes by, `says` what a
    document decides or finds."""

    id: str
    kind: str
    kind_label: str
    key: str
    name: str
    properties: dict[str, str] = Field(default_factory=dict)
    degree: int = 0
    identifiers: list[str] = Field(default_factory=list)
    says: list[SaidItem] = Field(default_factory=list)
    as_of: date | None = None


class RelatedItem(Measured):
    """A neighbour, the link over which it was reached, and what lies behind that link.

    `direction` is `out` when the link goes from the entity asked about (or the last one of `via`) to this
    one; `link_label` already reads in that direction. `status` is set where the link is only claimed, or read from a
    text.
    """

    id: str
    kind: str
    name: str
    link: str
    link_label: str
    direction: Literal["out", "in"]
    hops: int = 1
    via: list[str] = Field(default_factory=list)
    sources: list[str] = Field(default_factory=list)
    status: str = ""


class RelatedAnswer(Answer):
    """One page of neighbours. `capped` names hubs that were not walked through."""

    items: list[RelatedItem]
    next_cursor: str
    total: int
    capped: list[str] = Field(default_factory=list)


class LinkCount(Answer):
    """How many neighbours an entity has over one kind of link, in one direction."""

    link: str
    label: str
    direction: Literal["out", "in"]
    count: int


class LinkCountsAnswer(Answer):
    """What a hub says of itself before it is expanded; most frequent first."""

    items: list[LinkCount]
    total: int


class RecordTable(Answer):
    """Fact rows of one table, with the columns in the table's order, provenance last."""

    table: str
    columns: list[str]
    rows: list[Row]
    total: int


class RecordsAnswer(Answer):
    """The fact rows behind an entity, a link or a piece of evidence; `total` over all tables."""

    tables: list[RecordTable]
    total: int
    limit: int
    offset: int


class ActivityMonth(Answer):
    """One month of an entity's entry lines; `month` is `YYYY-MM`."""

    month: str
    lines: int
    value_usd: float = 0.0


class ActivityShare(Answer):
    """What part of an entity's lines goes to one other thing (a port, a tariff number, an origin)."""

    id: str
    name: str
    lines: int
    value_usd: float = 0.0
    share: float = 0.0  # of the value, or of the lines where no value is given; 0 to 1


class ActivityAnswer(Answer):
    """An entity over time and over the map: months without lines are left out.

    Of each kind of partner the largest are named; `actions` counts what customs did, by result.
    """

    lines: int = 0
    value_usd: float = 0.0
    first_date: date | None = None
    last_date: date | None = None
    months: list[ActivityMonth]
    ports: list[ActivityShare] = Field(default_factory=list)
    tariffs: list[ActivityShare] = Field(default_factory=list)
    origins: list[ActivityShare] = Field(default_factory=list)
    manufacturers: list[ActivityShare] = Field(default_factory=list)
    importers: list[ActivityShare] = Field(default_factory=list)
    actions: dict[str, int] = Field(default_factory=dict)


class WayLink(Measured):
    """One link of a path, as the facts have it: from `source` to `target`."""

    source: str
    link: str
    link_label: str
    target: str
    sources: list[str] = Field(default_factory=list)
    status: str = ""


class PathItem(Answer):
    """A way between two entities; `cost` is lower for stronger ways that avoid hubs."""

    entities: list[EntityBrief]
    links: list[WayLink]
    cost: float
    reason: str
    hubs: list[str] = Field(default_factory=list)


class PathsAnswer(Answer):
    """Ways between two entities, cheapest first."""

    items: list[PathItem]
    total: int


class WhyItem(Answer):
    """One thing asked for that a hit has: how (`is`, `carries`, `below`, `word`, `phrase`, `beside`, `begins`, `near`,
    `value`), what stands there, how often, and what weight the question gave it; `told` says it in words."""

    how: str
    asked: str
    found: list[str] = Field(default_factory=list)
    times: int = 0
    in_title: bool = False
    weight: float = 1.0
    told: str = ""


class LegalItem(Answer):
    """One step of a ruling's legal chain: `document` was modified or revoked (`change`) by `by`, issued on `date`.
    `depth` 0 changes the ruling itself, 1 what changed it, and so on. Ids are entity ids. `passage` is the sentence of
    `by` that does it, where only its text says so."""

    document: str
    change: str
    by: str
    date: Day | None = None
    depth: int = 0
    passage: str = ""


class SearchItem(Answer):
    """One thing found, and why. `legal` is what became of a ruling, `legal_told` the same in words.
    `page` is the page of the original on which the passage stands. In `snippet`, matches stand between `<mark>` and
    `</mark>`, all else is escaped."""

    id: str
    kind: str
    title: str
    score: float
    date: Day | None = None
    snippet: str = ""
    fields: dict[str, list[str]] = Field(default_factory=dict)
    why: list[WhyItem] = Field(default_factory=list)
    legal: list[LegalItem] = Field(default_factory=list)
    legal_told: str = ""
    page: int | None = None


class FacetValue(Answer):
    """A value of a field and how many of all matches have it; a party has a name beside its id."""

    value: str
    count: int
    name: str = ""


class SearchAnswer(Answer):
    """One page of hits; `note` says how the text was read when it could not be taken as written."""

    items: list[SearchItem]
    total: int
    next_cursor: str
    facets: dict[str, list[FacetValue]] = Field(default_factory=dict)
    note: str = ""
    took_ms: float = 0.0


class SavedRequest(BaseModel):
    """A search to be kept: its name, and what is searched."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=200)
    query: str = Field(default="", max_length=10_000)
    kinds: list[str] = Field(default_factory=list, max_length=50)
    filters: dict[str, list[str]] = Field(default_factory=dict, max_length=50)


class SavedItem(Answer):
    """A saved search; `found` is how much it found when its owner last looked."""

    number: int
    name: str
    owner: str
    query: str
    kinds: list[str] = Field(default_factory=list)
    filters: dict[str, list[str]] = Field(default_factory=dict)
    saved_at: datetime
    looked_at: datetime
    found: int


class SavedAnswer(Answer):
    """Saved searches, the oldest first."""

    items: list[SavedItem]


class ChangedItem(Answer):
    """A hit whose legal status is another than it was."""

    item: SearchItem
    status_before: str


class SavedNewsAnswer(Answer):
    """What is new in a saved search since its owner looked; `gone` of what was found then is found no more."""

    saved: SavedItem
    new: list[SearchItem]
    changed: list[ChangedItem]
    gone: int
    total: int


class ScreeningRequest(BaseModel):
    """Names to be looked for in all documents."""

    model_config = ConfigDict(extra="forbid")

    names: list[Annotated[str, Field(max_length=300)]] = Field(min_length=1, max_length=10_000)


class ScreeningItem(Answer):
    """A name found in a document: how the document writes it, with all its words (`full`), without its legal form
    (`core`) or with a slip (`almost`), how often, and a passage."""

    name: str
    document: str
    kind: str
    date: Day | None = None
    title: str = ""
    found: str
    how: str
    times: int
    passage: str


class ScreeningAnswer(Answer):
    """What a screening found, by document. `names` were looked for, `found` of them stand somewhere, `unusable` could
    not be looked for; `truncated` says that there are more hits than these."""

    items: list[ScreeningItem]
    names: int
    found: int
    unusable: list[str]
    truncated: bool


class MemberItem(Answer):
    """A party of a finding; `identifiers` are the numbers a resolved party goes by."""

    entity: str
    role: str
    why: str
    name: str = ""
    identifiers: list[str] = Field(default_factory=list)


class RecordRefItem(Answer):
    """A fact row: its table and the values of the table's key."""

    table: str
    key: list[str]


class EvidenceItem(Answer):
    """One claim in words, the numbers in it, and how many rows open from it."""

    claim: str
    numbers: dict[str, float | int | str]
    records: list[RecordRefItem]


class InnocentExplanationItem(Answer):
    """A lawful reason for the same pattern: how it was tested, and what came out."""

    name: str
    tested: str
    result: str


class FindingItem(Answer):
    """A ranked, explained suspicion. `queue` is true when it is selected at the false-discovery rate."""

    id: str
    kind: str
    detector: str
    version: str
    as_of: date
    title: str
    probability: float
    calibration: str
    queue: bool
    members: list[MemberItem]
    entries: list[str]
    period_from: date
    period_to: date
    duty_at_stake_usd: float
    evidence: list[EvidenceItem]
    innocent_explanations: list[InnocentExplanationItem]
    scope_question: str
    p_value: float | None = None
    e_value: float | None = None
    next_steps: list[str] = Field(default_factory=list)


class FindingRecordsAnswer(Answer):
    """The fact rows behind each piece of a finding's evidence, in the order of `FindingItem.evidence`."""

    items: list[RecordsAnswer]


class FindingsAnswer(Answer):
    """One page of findings, most probable first."""

    items: list[FindingItem]
    total: int
    next_cursor: str


class SamenessItem(Answer):
    """One thing in which two parties were compared: how it stands on each side, and what that is worth in bits."""

    feature: str
    left: str = ""
    right: str = ""
    level: str = ""
    bits: float = 0.0


class PossiblySameItem(Answer):
    """Another party that may be the same: `merged` pairs were above the threshold, and are shown with their reasons."""

    party: str
    name: str
    identifiers: list[str]
    probability: float
    merged: bool
    why: list[SamenessItem]


class JudgementItem(Answer):
    """What somebody judged of two entities; it stands until it is withdrawn."""

    number: int
    left: str
    right: str
    verdict: Literal["same", "different", "unsure"]
    reason: str
    person: str
    at: datetime
    withdrawn_by: str = ""
    withdrawn_at: datetime | None = None


class JudgementsAnswer(Answer):
    """Judgements, oldest first."""

    items: list[JudgementItem]
    total: int


class JudgementRequest(BaseModel):
    """A judgement to be noted: two entity ids, the verdict and what it rests on."""

    model_config = ConfigDict(extra="forbid")

    left: str = Field(min_length=3, max_length=200)
    right: str = Field(min_length=3, max_length=200)
    verdict: Literal["same", "different", "unsure"]
    reason: str = Field(min_length=1, max_length=2_000)


ClaimStatus = Literal["linked", "waiting", "accepted", "rejected", "settled"]


class ClaimRival(Answer):
    """A party that a name in a document may mean: how alike, from 0 to 100, and why. It is `settled` while the name is
    linked to another party."""

    claim: str
    party: str
    party_name: str
    score: float
    status: ClaimStatus
    why: str


class ClaimItem(ClaimRival):
    """A party that a name in a document means, or may mean, with the other parties that it may. `start` is the name's
    first place, `margin` how many points the party is ahead of the best of the others (none without others).

    `person`, `at` and `reason` are set where somebody decided it; a decision is a link, or none, from the next refresh
    on. `linked` says what the graph in service has.
    """

    document: str
    document_title: str
    written: str
    name: str
    start: int
    linked: bool
    margin: float | None
    rivals: list[ClaimRival]
    person: str = ""
    at: datetime | None = None
    reason: str = ""


class ClaimsAnswer(Answer):
    """One page of claims, by document, name and party; `total` counts those that fit on all pages, `counts` also those
    of other statuses. The first page says of which documents and on which parties they are.

    `to_link` and `to_unlink` count the links that the next refresh makes and takes away, of all claims.
    """

    items: list[ClaimItem]
    next_cursor: str = ""
    total: int
    counts: dict[str, int] = Field(default_factory=dict)
    documents: list[FacetValue] = Field(default_factory=list)
    parties: list[FacetValue] = Field(default_factory=list)
    to_link: int = 0
    to_unlink: int = 0


class ClaimsRequest(BaseModel):
    """Claims that are accepted, rejected or undone together: all of them, or none."""

    model_config = ConfigDict(extra="forbid")

    claims: list[Annotated[str, Field(pattern="^[0-9a-f]{16}$")]] = Field(min_length=1, max_length=1_000)
    reason: str = Field(default="", max_length=2_000)


class PartyOfItem(Answer):
    """A party that an entity belongs to, or is: its name and the numbers it goes by."""

    party: str
    name: str
    identifiers: list[str]


class IdentityAnswer(Answer):
    """Who an entity is taken to be: its parties, who else may be the same with reasons, and what people judged."""

    parties: list[PartyOfItem]
    possibly_same: list[PossiblySameItem]
    judgements: list[JudgementItem]


class PriorReason(Answer):
    """One thing that a past matter shares with the question. `worth` is from 0 to 1; scores are made of worths.

    `entity` is what is shared as the past matter has it, `asked` as the question has it; `opens` holds the ids of the
    parties and findings that say the two are one, and claims as `source link target`.
    """

    kind: str
    label: str
    words: str
    worth: float
    entity: str = ""
    asked: str = ""
    opens: list[str] = Field(default_factory=list)
    records: list[RecordRefItem] = Field(default_factory=list)


class PriorSnapshot(Answer):
    """One version of an issue, as it was noted then."""

    version: int
    as_of: Day | None = None
    status: str = ""
    work_kind: str = ""
    conclusion: str = ""
    result_code: str = ""
    revenue_impact_usd: float | None = None


class PriorIntervention(Answer):
    """What an intervention did at one port."""

    port: str
    port_name: str = ""
    started_on: Day | None = None
    ended_on: Day | None = None
    sample_size: int | None = None
    exams: int | None = None
    discrepancies: int | None = None
    material: int | None = None
    revenue_usd: float | None = None


class PriorDocument(Answer):
    """A document of an issue, or a ruling that it cites, with its standing; without a title it is not on file."""

    id: str
    kind: str
    title: str = ""
    date: Day | None = None
    standing: Literal["stands", "modified", "revoked", ""] = ""
    changed_by: list[str] = Field(default_factory=list)


class PriorAlike(Answer):
    """How alike a past matter is: a score from 0 to 1, that score in a word, the reasons, and these in one line."""

    title: str
    outcome: str
    score: float
    alike: Literal["very", "much", "partly"]
    why: str
    reasons: list[PriorReason]
    kept: float = 1.0  # the part of its likeness that it keeps for its age


class PriorIssueItem(PriorAlike):
    """A past issue in its latest version: what was done, how it ended, and all versions of it, oldest first."""

    issue_id: str
    id: str
    done: str
    issue_type: str = ""
    priority_trade_issue: str = ""
    status: str = ""
    work_kind: str = ""
    owner_office: str = ""
    security_label: str = ""
    opened_on: Day | None = None
    last_day: Day | None = None
    conclusion: str = ""
    result_code: str = ""
    revenue_impact_usd: float | None = None
    interventions: list[PriorIntervention] = Field(default_factory=list)
    documents: list[PriorDocument] = Field(default_factory=list)
    history: list[PriorSnapshot] = Field(default_factory=list)


class PriorPaperItem(PriorAlike):
    """A lab report or a ruling that bears on the question; `standing` and `changed_by` are a ruling's."""

    id: str
    kind: str
    date: Day | None = None
    standing: Literal["stands", "modified", "revoked", ""] = ""
    changed_by: list[str] = Field(default_factory=list)


class PriorKinItem(Answer):
    """Another number under which a party asked about was looked for, how certain it is the party's, and why."""

    number: str
    name: str = ""
    asked: str
    certainty: float
    why: list[str]
    opens: list[str] = Field(default_factory=list)


class PriorAnswer(Answer):
    """What was tried before, the most alike first: issues, and apart from them lab reports and rulings.

    `asked` is the question as it was understood, by kind; `notes` say what could not be used. The totals count all
    that is alike, shown or not. `names` are those of the entities named anywhere in the answer.
    """

    precedents: list[PriorIssueItem]
    papers: list[PriorPaperItem]
    total: int
    total_papers: int
    asked: dict[str, list[str]]
    kin: list[PriorKinItem] = Field(default_factory=list)
    notes: list[str] = Field(default_factory=list)
    names: dict[str, str] = Field(default_factory=dict)
    as_of: Day | None = None


Numbers = Annotated[list[Annotated[str, Field(max_length=200)]], Field(max_length=200)]


class PriorRequest(BaseModel):
    """A matter about to be looked into, in any mix: numbers in any spelling, words, an issue on file, or a draft.

    `draft` has the columns of an issue; lists as lists, or as text with semicolons. `entity` is any entity's id.
    """

    model_config = ConfigDict(extra="forbid")

    entity: str = Field(default="", max_length=1_000)
    importer: Numbers = Field(default_factory=list)
    manufacturer: Numbers = Field(default_factory=list)
    port: Numbers = Field(default_factory=list)
    hts: Numbers = Field(default_factory=list)
    case: Numbers = Field(default_factory=list)
    ruling: Numbers = Field(default_factory=list)
    entry: Numbers = Field(default_factory=list)
    text: str = Field(default="", max_length=50_000)
    issue: str = Field(default="", max_length=200)
    draft: dict[str, str | int | float | list[str] | None] = Field(default_factory=dict, max_length=100)
    as_of: Day | None = None
    limit: int = Field(default=20, ge=1, le=100)


class MentionItem(Answer):
    """An identifier in a document's text: characters `start` to `end`, the page they stand on, and the entity it names.
    Where an earlier version of the text named it and this one does not, both are 0."""

    entity: str
    kind: str
    key: str
    start: int
    end: int
    text: str = ""
    page: int | None = None


class PageItem(Answer):
    """A page of the original: characters `start` to `end` of the text; `ocr` where a picture gave them."""

    page: int
    start: int
    end: int
    ocr: bool


class ChainItem(Answer):
    """Another document in the legal chain. `relation` reads from this document: `is revoked by`, ... `status` is set
    where no record says so: `read from text`."""

    id: str
    relation: str
    title: str = ""
    date: Day | None = None
    status: str = ""


class DocumentAnswer(Answer):
    """A document to read. `standing` is `stands`, `modified` or `revoked`, by what is on file; `chain` what it is
    linked to in law, `legal` what became of it and in turn of that, `legal_told` the same in words."""

    id: str
    kind: str
    title: str
    date: Day | None
    text: str
    fields: dict[str, Cell]
    mentions: list[MentionItem]
    pages: list[PageItem] = Field(default_factory=list)
    chain: list[ChainItem]
    says: list[SaidItem] = Field(default_factory=list)
    standing: Literal["stands", "modified", "revoked"]
    legal: list[LegalItem] = Field(default_factory=list)
    legal_told: str = ""


class EntityKindItem(Answer):
    """A kind of entity; hubs (ports, countries) join everything and are never walked through."""

    kind: str
    label: str
    description: str
    hub: bool


class LinkKindItem(Answer):
    """A kind of link, read from source to target as `label`, backwards as `inverse_label`."""

    kind: str
    label: str
    inverse_label: str
    source_kind: str
    target_kind: str


class KindsAnswer(Answer):
    """All declared kinds: for legends, filters and shapes."""

    entities: list[EntityKindItem]
    links: list[LinkKindItem]


class LoadedFileItem(Answer):
    """The fate of one sender's file; `reasons` counts rejects and repairs by reason."""

    file: str
    sha256: str
    profile: str
    tables: list[str]
    accepted: int
    rejected: int
    repaired: int
    unchanged: int = 0
    reason: str = ""
    reasons: dict[str, int] = Field(default_factory=dict)


class LoadItem(Answer):
    """One load, its files and how many rows it wrote to each table."""

    load_id: str
    loaded_at: datetime
    files: list[LoadedFileItem]
    rows: dict[str, int]


class LoadsAnswer(Answer):
    """All loads, newest first."""

    items: list[LoadItem]
    total: int


class RejectItem(Answer):
    """One rejected row: where it stands, what was wrong first, and the row as it was sent.

    `row` counts from 1 without the header.
    """

    file: str
    row: int
    table: str
    column: str
    value: str
    reason: str
    cells: dict[str, str | None]


class RejectsAnswer(Answer):
    """Rejected rows of a load."""

    items: list[RejectItem]
    total: int
    limit: int
    offset: int


class PersonAnswer(Answer):
    """Who is asking: `local` when no users have been made."""

    name: str
    role: Literal["viewer", "investigator", "admin"]


class AuditItem(Answer):
    """One look: who, when, what was done to which thing."""

    at: datetime
    person: str
    action: str
    thing: str


class AuditAnswer(Answer):
    """Looks at records, newest first."""

    items: list[AuditItem]
    next_cursor: str


class HealthAnswer(Answer):
    """The process answers."""

    status: Literal["ok"]
    version: str


class EngineState(Answer):
    """One engine: whether it answers, and what it holds or says."""

    engine: str
    url: str
    ok: bool
    detail: str = ""


class EngineReport(EngineState):
    """One engine as whoever runs it wants to see it: what it is, how much it holds, and what to do if it ails.

    `generation` is the one in service as far as this engine has it; `health` is `ok` or what is wrong.
    """

    version: str = ""
    size_bytes: int | None = None
    generation: str = ""
    health: str = ""
    next_step: str = ""


class ReadyAnswer(Answer):
    """Whether questions can be answered: the generation in service and the state of each engine.

    When not, the same fields stand in the problem details of a 503.
    """

    ready: bool
    generation: str = ""
    built_at: str = ""
    counts: dict[str, int] = Field(default_factory=dict)
    engines: list[EngineState]

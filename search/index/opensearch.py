"""The engine for many machines: one OpenSearch index a generation, found by a handle in the generation's folder.

Invariant: an index is written once and then only read, and is searched only after it was marked whole. The server is
given our tokens (joined by blanks), never a text to analyse, and our numbers for order, so that its answers are those
of any other engine. What the driver reports is translated here, and a password is in no message.
"""

import json
import logging
import re
import ssl
import struct
import threading
import warnings
from base64 import b64encode
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from typing import Any, TypeVar

import opensearchpy
from opensearchpy import exceptions as driver
from urllib3 import Timeout
from urllib3.exceptions import ConnectTimeoutError, InsecureRequestWarning, NewConnectionError, ProtocolError

from graph.facts.ledger import write_whole
from graph.model.engine import EngineHealth
from graph.model.errors import Conflict, Invalid, NotFound, TidewaiterError, Unavailable
from search import ranking
from search.document import SearchDocument
from search.fields import FIELDS, known_field
from search.index.facets import SHOWN, most_frequent
from search.index.opensearch_url import SETTING, Address, bad, read_url
from search.index.plan import (
    All,
    Begins,
    Combined,
    Days,
    Near,
    Run,
    Step,
    Token,
    Unscored,
    Values,
    Weighted,
    counted,
    matching,
    ranked,
)
from search.index.row import Row, held_of, hit_of, row_of, stored, whole
from search.paging import check_page, cursor_at, place_of
from search.query import Held, Hit, Own, Query, SearchRequest, SearchResult
from search.why import Looker

# The driver logs what it also raises; where nobody collects logs, that must not reach a person's terminal.
logging.getLogger("opensearch").addHandler(logging.NullHandler())

HANDLE = "index.opensearch.json"  # in the generation's folder: the names of its indexes
_Answer = TypeVar("_Answer")

# Seconds. A server that listens takes a connection at once; a search over a million documents needs less than one
# second, but a node that collects garbage may need several. A bulk request waits behind others in the server's queue.
_CONNECT_S = 3.0
_READ_S = 30.0
_WRITES_TAKE = 4  # times as long

_CONNECTIONS = 32  # kept open; more threads than this open further ones for the time of a request

# A bulk request: as large as makes no difference any more to the server (2 to 15 MB), as small as three of them and
# the one in the making are little memory. Two are under way, so that the server works while we make words.
_BULK_BYTES = 4_000_000
_BULK_DOCUMENTS = 1_000
_BULKS_UNDER_WAY = 2

# Waits before what a busy server turned away is sent again: a minute in all, then the build fails.
_WAITS_S = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
_BUSY = frozenset({429, 503})
_BLOCKS = frozenset({"cluster_block_exception", "index_create_block_exception"})  # no waiting helps, whatever status

# Lucene writes no term longer than 32,766 bytes; a character has up to four.
_LONGEST_VALUE_CHARACTERS = 32_766 // 4

# Values of a facet that each shard tells, so that the sums of those shown are exact where a field has no more.
_FACET_CANDIDATES = 10_000

# Of a question with more parts than the server takes (1,024, unless its setting says otherwise), so many words still
# decide the order of what is found.
_WORDS_RANKED = 500
_TOO_MANY_PARTS = "maxClauseCount"  # in what the server says of it


# ---- What the driver reports, in our words


_WAIT = "Try again; add nodes or heap when that happens often."
_LOG = "Look at the log of the server."

# The driver's errors, a class before those it is derived from: what is wrong, and what to do about it.
_TOLD: tuple[tuple[type[Exception], str, str], ...] = (
    (driver.ConnectionTimeout, "did not answer in time", f"Look at its load and its log. {_WAIT}"),
    (
        driver.SSLError, "cannot be trusted: {cause}",
        f"Add ?ca=FILE with the certificate of its authority to {SETTING}, or ?verify=false for a trial. Without TLS "
        "the URL begins with opensearch://.",
    ),
    (
        driver.ConnectionError, "cannot be reached: {cause}",
        f"Start it, or correct {SETTING} (opensearch:// without TLS, opensearch+https:// with it).",
    ),
    (driver.AuthenticationException, "refuses the user or the password", f"Correct USER:PASSWORD@ in {SETTING}."),
    (
        driver.AuthorizationException, "does not let this user do that: {cause}",
        "Give the user the right to create, write, search and delete indexes with this prefix, and to set its alias.",
    ),
    (
        driver.NotFoundError, "no longer has what was asked for: {cause}",
        "Search again; run `tidewaiter refresh` when the index was deleted.",
    ),
    (driver.ConflictError, "was changed by another writer: {cause}", "Try again when the other one has ended."),
    (driver.ImproperlyConfigured, "cannot be asked: {cause}", f"Correct {SETTING}."),
    (driver.SerializationError, "did not answer as OpenSearch does", f"See what listens there; correct {SETTING}."),
    (driver.RequestError, "refused a request: {cause}", _LOG),
    (driver.TransportError, "failed: {cause}", _LOG),
    (driver.OpenSearchException, "cannot be used: {cause}", _LOG),
    (driver.OpenSearchDslException, "cannot be used: {cause}", _LOG),
)  # fmt: skip
_TOLD_BY_STATUS = {
    413: ("takes no request as large as one of the documents", "Raise `http.max_content_length` on the server."),
    429: ("is too busy: {cause}", _WAIT),
    503: ("is not ready: {cause}", _WAIT),
}
_OURS: dict[type[Exception], type[TidewaiterError]] = {
    driver.ConflictError: Conflict,
    driver.ImproperlyConfigured: Invalid,
}


def told(error: Exception, *, shown: str) -> TidewaiterError:
    """Our error for one of the driver's. `shown` is the server's URL without a password."""
    kind, reason = _kind_and_reason(error)
    if kind in _BLOCKS:
        return _blocked(reason, shown=shown)
    found, what, next_step = next(row for row in _TOLD if isinstance(error, row[0]))
    if found is driver.TransportError:
        what, next_step = _TOLD_BY_STATUS.get(getattr(error, "status_code", 0), (what, next_step))
    cause = _cause(error)
    return _OURS.get(found, Unavailable)(
        f"OpenSearch at {shown} {what.format(cause=cause)}.", thing=shown, value=cause, next_step=next_step
    )


def _blocked(reason: str, *, shown: str) -> Unavailable:
    """The cluster takes no writes: by the watermark of its disks (two kinds of block), or because somebody said so."""
    if any(sign in reason for sign in ("disk", "read-only-allow-delete", "create-index")):
        what, next_step = "its disk is too full", "Free or add disk space on its nodes, then try again in some minutes."
    else:
        what, next_step = reason.rstrip(";"), "Lift the block on the server, then try again."
    return Unavailable(
        f"OpenSearch at {shown} takes no writes: {what}.", thing=shown, value=reason, next_step=next_step
    )


def _cause(error: Exception) -> str:
    """What is wrong, without the names of the driver's classes around it."""
    if not isinstance(error, driver.ConnectionError):
        return " ".join(_kind_and_reason(error)).strip()
    if isinstance(error.info, ConnectTimeoutError) and not isinstance(error.info, NewConnectionError):
        return f"no connection within {_CONNECT_S:g} s"
    if isinstance(error.info, ProtocolError):
        return "the connection broke off"
    return str(error.error).rpartition("new connection: ")[2].rstrip(".")


def _kind_and_reason(error: Exception) -> tuple[str, str]:
    """What OpenSearch calls the error, and its sentence about it; the first cause, which says most."""
    if not isinstance(error, driver.TransportError):
        return "", str(error)
    info = error.info.get("error") if isinstance(error.info, dict) else None
    if not isinstance(info, dict):
        return "", str(info or error.error)
    cause = (info.get("root_cause") or [info])[0]
    return str(cause.get("type", "")), str(cause.get("reason", ""))


class _Server:
    """The connection to one address. Safe to use from many threads."""

    def __init__(self, address: Address, *, read_s: float) -> None:
        self.address = address
        self.writing = Timeout(connect=_CONNECT_S, read=read_s * _WRITES_TAKE)
        named = f"{address.user}:{address.password}".encode()
        self._driver = opensearchpy.OpenSearch(
            hosts=[{"host": host, "port": port} for host, port in address.hosts],
            use_ssl=address.tls,
            ssl_context=_tls(address) if address.tls else None,
            # The driver's own way knows Latin letters only.
            headers={"authorization": f"Basic {b64encode(named).decode()}"} if address.user else None,
            timeout=Timeout(connect=_CONNECT_S, read=read_s),
            max_retries=0,  # what may be asked again is decided below
            pool_maxsize=_CONNECTIONS,
        )

    def ask(self, question: Callable[[opensearchpy.OpenSearch], _Answer]) -> _Answer:
        """The answer to a question, or our error.

        The question must be one that may be asked twice: that the server has closed a connection since it was last
        used, or that one host of several is down, is found out by asking.
        """
        further = len(self.address.hosts)
        while True:
            try:
                return question(self._driver)
            except (driver.OpenSearchException, driver.OpenSearchDslException, driver.ImproperlyConfigured) as error:
                if not further or not self._may_go_better(error):
                    raise told(error, shown=self.address.shown) from error
                further -= 1

    def _may_go_better(self, error: Exception) -> bool:
        if not isinstance(error, driver.ConnectionError) or isinstance(error, driver.ConnectionTimeout):
            return False
        return len(self.address.hosts) > 1 or isinstance(error.info, ProtocolError)

    def close(self) -> None:
        """Let go of the connections."""
        self._driver.close()


def _tls(address: Address) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=address.ca or None)
    except ssl.SSLError as error:
        raise bad(f"ca={address.ca}", "is no file with certificates", "Give ca a file in PEM form.") from error
    if not address.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        # Whoever wrote verify=false into the URL knows, and need not be told at every request.
        warnings.filterwarnings("ignore", category=InsecureRequestWarning)
    return context


# ---- Indexes


def _settings(address: Address) -> dict[str, Any]:
    return {
        "index": {
            "number_of_shards": address.shards,
            # While documents come in: no copies (they are made once, from the finished files), and nothing is made
            # searchable, as nobody may search yet.
            "number_of_replicas": 0,
            "refresh_interval": "-1",
            # BM25 with the factor k1 + 1, which OpenSearch 3 leaves out of its `BM25`. It changes no order, but then
            # scores add up to the same numbers on all engines. k1 and b: see search.ranking.
            "similarity": {"bm25": {"type": "LegacyBM25", "k1": 1.2, "b": 0.75}},
            # Our tokens come with blanks between them; nothing else happens to them.
            "analysis": {"analyzer": {"tokens": {"type": "custom", "tokenizer": "whitespace"}}},
        }
    }


def _mapping(name: dict[str, Any]) -> dict[str, Any]:
    exact = {"type": "keyword", "ignore_above": _LONGEST_VALUE_CHARACTERS}
    # The gap between the title's words and the text's is one place, as in other engines: a phrase does not run on.
    words = {"type": "text", "analyzer": "tokens", "similarity": "bm25", "position_increment_gap": 1}
    # Words whose token is another: only whether one stands there is asked, not where or how often.
    spelled = {"type": "text", "analyzer": "tokens", "norms": False, "index_options": "docs"}
    number = {"type": "long", "index": False}  # for order alone
    return {
        "_meta": name,
        "dynamic": "strict",  # a field that is not declared is a mistake of ours
        # A hit is made from these; words and values are found by, not shown.
        "_source": {"includes": ["id", "source"]},
        "properties": {
            "id": exact,
            "title": words,
            "words": words,
            "forms": spelled,
            "title_forms": spelled,
            "identifiers": {**exact, "doc_values": False},  # never counted or sorted by
            "fields": {"properties": {field.name: exact for field in FIELDS.values() if field.counted}},
            "day": {"type": "integer"},
            "tie_breaker": number,
            "newest_first": number,
            "source": {"type": "object", "enabled": False},  # kept as it is
        },
    }


class OpenSearchStore:
    """The indexes of a home's generations on one server or cluster, all with the URL's prefix in their names.

    `read_s` is how long an answer is waited for; writes are given four times as long.
    """

    def __init__(self, url: str, *, read_s: float = _READ_S) -> None:
        self._address = read_url(url)
        self._server = _Server(self._address, read_s=read_s)

    def write(self, folder: Path, documents: Iterable[SearchDocument]) -> int:
        """Index all documents into an index of the generation's own; returns how many.

        The handle is written first, so that what a killed build leaves behind can be found and dropped. `Unavailable`
        when the server cannot be written to, or refuses documents.
        """
        self.drop((folder,))
        index = _index_name(self._address.prefix, folder)
        folder.mkdir(parents=True, exist_ok=True)
        # What the handle named before may stand on another server, from or to which this generation is copied.
        write_whole(folder / HANDLE, json.dumps({"indexes": [*_named(folder), index]}))
        name = {"prefix": self._address.prefix, "generation": folder.name}
        body = {"settings": _settings(self._address), "mappings": _mapping({**name, "whole": False})}
        self._server.ask(lambda server: server.indices.create(index=index, body=body))
        count = _Loading(self._server, index).load(documents)
        self._finish(index, {**name, "whole": True, "documents": count})
        return count

    def _finish(self, index: str, name: dict[str, Any]) -> None:
        """Make the documents searchable, see that all are there, and mark the index as whole."""
        ask, patient = self._server.ask, self._server.writing
        ask(lambda server: server.indices.refresh(index=index, request_timeout=patient))
        held = int(ask(lambda server: server.count(index=index))["count"])
        if held != name["documents"]:
            raise Unavailable(
                f"OpenSearch at {self._address.shown} holds {held:,} of {name['documents']:,} documents of {index}.",
                thing=index,
                value=str(held),
                next_step="See in its log whether it lost a node, then run `tidewaiter refresh` again.",
            )
        ask(lambda server: server.indices.flush(index=index, request_timeout=patient))  # a restart need not replay
        final = {
            "index": {
                "number_of_replicas": self._address.replicas,
                "refresh_interval": None,  # the server's own
                # From here on it is only read. A disk that fills up then does not lock it against what has to be
                # changed around it: its copies and the alias.
                "blocks": {"write": True},
            }
        }
        ask(lambda server: server.indices.put_settings(index=index, body=final))
        ask(lambda server: server.indices.put_mapping(index=index, body={"_meta": name}))

    def index(self, folder: Path) -> "OpenSearchIndex":
        """Questions to a generation's index; `NotFound` where the server has none, or only a part of one."""
        return OpenSearchIndex(self._server, self._whole(folder))

    def serve(self, folder: Path) -> None:
        """Point the alias, which has the prefix for its name, to this generation's index, and to no other.

        `NotFound` where the server has none."""
        index, alias = self._whole(folder), self._address.prefix
        held = self._server.ask(lambda server: server.indices.get_alias(name=alias, ignore=404))
        before = [] if "error" in held else [one for one in held if one != index]
        actions: list[dict[str, Any]] = [{"remove": {"index": one, "alias": alias}} for one in before]
        actions.append({"add": {"index": index, "alias": alias}})
        self._server.ask(lambda server: server.indices.update_aliases(body={"actions": actions}))

    def drop(self, folders: Sequence[Path]) -> None:
        """Delete this prefix's indexes of these generations; folders without one, and indexes that are gone, are no
        error."""
        indexes = list(self._held([index for folder in folders for index in _named(folder)]))
        if indexes:
            self._server.ask(
                lambda server: server.indices.delete(
                    index=",".join(indexes), ignore_unavailable=True, ignore=404, request_timeout=self._server.writing
                )
            )

    def health(self) -> EngineHealth:
        """Version and condition of the server, and the whole generations that it holds under this prefix."""
        ours = f"{self._address.prefix}-*"
        version = self._server.ask(lambda server: server.info())["version"]
        held = self._held([ours])
        status = self._server.ask(lambda server: server.cluster.health(index=ours))["status"]
        sizes = self._server.ask(lambda server: server.indices.stats(index=ours, metric="store"))["indices"]
        condition, next_step = _CONDITIONS["full" if self._is_full() else status]
        return EngineHealth(
            version=f"{_ENGINES.get(version.get('distribution', ''), 'Elasticsearch')} {version['number']}",
            health=condition,
            next_step=next_step,
            holds=f"{sum(int(meta.get('documents', 0)) for meta in held.values()):,} documents",
            size_bytes=sum(sizes[index]["total"]["store"]["size_in_bytes"] for index in held if index in sizes),
            generations=tuple(sorted({str(meta["generation"]) for meta in held.values() if meta.get("whole")})),
        )

    def close(self) -> None:
        """Let go of the connections."""
        self._server.close()

    def _is_full(self) -> bool:
        """Whether no index can be made because all nodes' disks are beyond the watermark. (Indexes that are finished
        take no writes anyway, and are left alone by the server then.)"""
        settings = self._server.ask(lambda server: server.cluster.get_settings(flat_settings=True))
        return any(
            settings[lasting].get("cluster.blocks.create_index") == "true" for lasting in ("persistent", "transient")
        )

    def _whole(self, folder: Path) -> str:
        """The name of a generation's index; `NotFound` where the server has none, or only a part of one."""
        held = self._held(_named(folder))
        whole = [index for index in _named(folder) if held.get(index, {}).get("whole")]
        if not whole:
            raise NotFound(
                f"This generation was not indexed on OpenSearch at {self._address.shown}.",
                thing=str(folder),
                value=folder.name,
                next_step="Run `tidewaiter refresh` to build it, or `tidewaiter copy --to URL` to bring it there.",
            )
        return whole[-1]

    def _held(self, indexes: Sequence[str]) -> dict[str, dict[str, Any]]:
        """Which of these the server has under this prefix, and what each says of itself."""
        if not indexes:
            return {}
        found = self._server.ask(
            lambda server: server.indices.get_mapping(
                index=",".join(indexes), ignore_unavailable=True, ignore=404, filter_path="*.mappings._meta"
            )
        )
        said = {} if not found or "error" in found else {name: one["mappings"]["_meta"] for name, one in found.items()}
        return {name: meta for name, meta in said.items() if meta.get("prefix") == self._address.prefix}


_ENGINES = {"opensearch": "OpenSearch"}
_CONDITIONS = {
    "green": ("ok", ""),
    "yellow": ("yellow: not all copies are placed", "Add a node, or lower replicas in the URL at the next refresh."),
    "red": (
        "red: parts of an index cannot be read",
        "Bring the missing node back, or run `tidewaiter refresh` to build the index again.",
    ),
    "full": ("takes no new index: the disk is too full", "Free or add disk space on its nodes."),
}


def _index_name(prefix: str, folder: Path) -> str:
    """A name that no index had before: prefix, generation, and eight digits by chance."""
    generation = re.sub(r"[^a-z0-9._-]", "-", folder.name.lower())[:80]
    return f"{prefix}-{generation}-{token_hex(4)}"


_INDEX = re.compile(r"[a-z0-9][a-z0-9._-]*-[0-9a-f]{8}")


def _named(folder: Path) -> list[str]:
    """The indexes that a generation's handle names, the latest last: after a copy to another server, those of both.

    Only what `_index_name` can have given counts: a handle that was tampered with must not delete `*`.
    """
    try:
        indexes = list(json.loads((folder / HANDLE).read_text(encoding="utf-8"))["indexes"])
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return []
    return [index for index in indexes if isinstance(index, str) and _INDEX.fullmatch(index)]


@dataclass(frozen=True, slots=True)
class _Line:
    """A document on its way: its number in the stream, its id, and the two lines that write it."""

    number: int
    id: str
    written: bytes


class _Loading:
    """Documents on their way into one index. A document is known there by its number in the stream, so that what was
    sent twice is written once."""

    def __init__(self, server: _Server, index: str) -> None:
        self._server = server
        self._index = index
        self._given_up = threading.Event()  # wakes those that wait to send again

    def load(self, documents: Iterable[SearchDocument]) -> int:
        """Send all; returns how many. Memory is that of `_BULKS_UNDER_WAY` requests and of the one in the making."""
        count = 0
        under_way: deque[Future[None]] = deque()
        with ThreadPoolExecutor(_BULKS_UNDER_WAY) as pool:
            try:
                for lines in _requests(documents):
                    if len(under_way) == _BULKS_UNDER_WAY:
                        under_way.popleft().result()
                    under_way.append(pool.submit(self._send, lines))
                    count += len(lines)
                while under_way:
                    under_way.popleft().result()
            except BaseException:
                self._given_up.set()
                raise
        return count

    def _send(self, lines: list[_Line]) -> None:
        """Send until all are written; `Unavailable` when the server refuses some, or stays too busy."""
        for wait in (*_WAITS_S, None):
            lines, reason = self._turned_away(lines)
            if not lines:
                return
            if wait is None or self._given_up.wait(wait):
                break
        raise Unavailable(
            f"OpenSearch at {self._server.address.shown} stayed too busy to take {len(lines):,} documents: {reason}.",
            thing=self._server.address.shown,
            value=reason,
            next_step="Try again when it is calmer; add nodes or heap when that happens often.",
        )

    def _turned_away(self, lines: list[_Line]) -> tuple[list[_Line], str]:
        """Send once; what is to be sent again because the server was busy, and what it said."""
        try:
            answer = self._server.ask(
                lambda server: _bulk(
                    server, self._index, b"".join(line.written for line in lines), self._server.writing
                )
            )
        except Unavailable as error:
            cause = error.__cause__
            if isinstance(cause, driver.TransportError) and cause.status_code in _BUSY and not _is_block(cause):
                return lines, error.value
            raise
        if not answer["errors"]:
            return [], ""
        results = [item["create"] for item in answer["items"]]
        errors = [
            (line, one["status"], one["error"]) for line, one in zip(lines, results, strict=True) if "error" in one
        ]
        # 409: written by a request before, whose answer was lost.
        refused = [one for one in errors if one[1] != 409 and (one[1] not in _BUSY or one[2]["type"] in _BLOCKS)]
        if refused:
            raise self._refusal(refused)
        busy = [(line, error["reason"]) for line, status, error in errors if status in _BUSY]
        return [line for line, _ in busy], busy[0][1] if busy else ""

    def _refusal(self, refused: list[tuple[_Line, int, dict[str, Any]]]) -> Unavailable:
        line, _, error = refused[0]
        if error["type"] in _BLOCKS:
            return _blocked(error["reason"], shown=self._server.address.shown)
        cause = error.get("caused_by", {}).get("reason", "")
        reason = f"{error['type']}: {error['reason']} {cause}".strip()
        return Unavailable(
            f"OpenSearch at {self._server.address.shown} refused documents ({len(refused):,} of one request), "
            f"the first of them {line.id}: {reason}.",
            thing=line.id,
            value=reason,
            next_step="Nothing of them is served. Mend what the reason names, then run `tidewaiter refresh` again.",
        )


def _bulk(server: opensearchpy.OpenSearch, index: str, body: bytes, patient: Timeout) -> Any:
    return server.bulk(
        index=index, body=body, request_timeout=patient,
        filter_path="errors,items.create.status,items.create.error",
    )  # fmt: skip


def _is_block(error: driver.TransportError) -> bool:
    return _kind_and_reason(error)[0] in _BLOCKS


def _requests(documents: Iterable[SearchDocument]) -> Iterator[list[_Line]]:
    lines: list[_Line] = []
    size = 0
    for number, document in enumerate(documents):
        row = row_of(document)
        written = _written(number, row)
        if (lines and size + len(written) > _BULK_BYTES) or len(lines) == _BULK_DOCUMENTS:
            yield lines
            lines, size = [], 0
        lines.append(_Line(number, row.id, written))
        size += len(written)
    if lines:
        yield lines


def _written(number: int, row: Row) -> bytes:
    """`create`, not `index`: a document that was replaced would count in the statistics that scores depend on."""
    document = {
        "id": row.id, "title": row.title, "words": row.words, "forms": row.forms,
        "title_forms": row.title_forms, "identifiers": row.identifiers, "fields": row.fields,
        "day": row.day, "tie_breaker": row.tie_breaker, "newest_first": row.newest_first, "source": row.source,
    }  # fmt: skip
    return f'{{"create":{{"_id":"{number}"}}}}\n{stored(document)}\n'.encode()


# ---- Questions


@dataclass(frozen=True, slots=True)
class _Order:
    """What hits are sorted by, and how the values of the last one stand in a cursor. The tie breaker ends each: two
    documents of a million have the same one with a chance of one in 140,000."""

    by: tuple[str, ...]
    form: str  # of `struct`: a score has 32 bits, all others 64

    def sort(self) -> list[dict[str, str]]:
        return [{column: "desc"} for column in self.by]

    def place(self, values: list[Any]) -> bytes:
        return struct.pack(self.form, *values)

    def after(self, place: bytes) -> list[Any]:
        return list(struct.unpack(self.form, place))

    @property
    def size(self) -> int:
        return struct.calcsize(self.form)


_BY_SCORE = _Order(("_score", "tie_breaker"), ">fQ")
_BY_DATE = _Order(("newest_first", "tie_breaker"), ">QQ")
_BY_WEIGHT = _Order(("tie_breaker",), ">Q")


class OpenSearchIndex:
    """Questions to one whole index. Safe to use from many threads."""

    def __init__(self, server: _Server, index: str) -> None:
        self._server = server
        self._index = index
        self._closed = False

    def count(self) -> int:
        """How many documents the index holds."""
        self._check_open()
        return int(self._server.ask(lambda server: server.count(index=self._index))["count"])

    def held(self, id_: str) -> Held | None:
        """What the index holds of the thing with that id; None where it holds none."""
        self._check_open()
        hits = self._ask({"query": _rendered(counted(Own((id_,)))), "size": 1})["hits"]["hits"]
        return held_of(whole(id_), hits[0]["_source"]["source"]) if hits else None

    def counts(self, queries: Sequence[Query]) -> list[int]:
        """How many things match each of the queries."""
        self._check_open()
        if not queries:
            return []
        filters = {str(number): _packed(counted(query)) for number, query in enumerate(queries)}
        body = {"size": 0, "track_total_hits": False, "aggs": {"each": {"filters": {"filters": filters}}}}
        buckets = self._ask(body)["aggregations"]["each"]["buckets"]
        return [int(buckets[str(number)]["doc_count"]) for number in range(len(queries))]

    def close(self) -> None:
        """No more questions; the connections are the store's."""
        self._closed = True

    def search(self, request: SearchRequest) -> SearchResult:
        """One page of hits; `Invalid` for a bad cursor, limit, sort, field or facet."""
        check_page(request)
        facets = tuple(known_field(name).name for name in request.facets)
        order = _order(request)
        step = ranked(request) if order is _BY_SCORE else Unscored(matching(request))
        place = place_of(request, size=order.size)
        self._check_open()
        body: dict[str, Any] = {
            "query": _rendered(step),
            "size": request.limit + 1,  # one more tells whether another page follows
            "sort": order.sort(),
            "track_total_hits": True,
            "aggs": {
                # Most frequent first, equals by value: the engine's own order is that of `most_frequent`.
                name: {"terms": {"field": f"fields.{name}", "size": SHOWN, "shard_size": _FACET_CANDIDATES}}
                for name in facets
            },
        }
        if place is not None:
            body["search_after"] = order.after(place)
        found = self._answer(body, request)
        hits = found["hits"]["hits"]
        page = hits[: request.limit]
        counted = found.get("aggregations", {})
        return SearchResult(
            items=_hits(page, order, Looker(request.query)),
            total=int(found["hits"]["total"]["value"]),
            next_cursor=cursor_at(request, order.place(page[-1]["sort"])) if len(hits) > len(page) else "",
            facets={
                name: most_frequent((one["key"], one["doc_count"]) for one in counted[name]["buckets"])
                for name in facets
            },
        )

    def _answer(self, body: dict[str, Any], request: SearchRequest) -> dict[str, Any]:
        """The answer to a query; of one with more parts than the server takes, to its short form."""
        try:
            return self._ask(body)
        except Unavailable as error:
            if _TOO_MANY_PARTS not in error.value:
                raise
        try:
            return self._ask({**body, "query": _short(request)})
        except Unavailable as error:
            if _TOO_MANY_PARTS not in error.value:
                raise
            raise Invalid(
                "This query has more parts than OpenSearch takes.",
                thing="query",
                value=error.value,
                next_step="Shorten it, or raise `indices.query.bool.max_clause_count` on the server.",
            ) from error

    def _ask(self, body: dict[str, Any]) -> dict[str, Any]:
        params = {
            "allow_partial_search_results": "false",  # an answer of some shards would be a wrong one
            # The averages that scores depend on are those of the whole index, on however many shards it lies.
            "search_type": "dfs_query_then_fetch",
        }
        found: dict[str, Any] = self._server.ask(
            lambda server: server.search(index=self._index, body=body, params=dict(params))
        )
        return found

    def _check_open(self) -> None:
        if self._closed:
            raise Unavailable("The search index is closed.", thing=self._index, next_step="Search again.")


def _order(request: SearchRequest) -> _Order:
    if request.sort == "date":
        return _BY_DATE
    return _BY_SCORE if ranking.is_scored(request.query) else _BY_WEIGHT


def _hits(page: list[dict[str, Any]], order: _Order, looker: Looker) -> tuple[Hit, ...]:
    return tuple(
        hit_of(
            hit["_source"]["id"],
            hit["_source"]["source"],
            # The number is the shortest that reads as the score of 32 bits; others compute with the score itself.
            score=order.after(order.place(hit["sort"]))[0] if order is _BY_SCORE else 0.0,
            looker=looker,
        )
        for hit in page
    )


def _rendered(step: Step) -> dict[str, Any]:  # noqa: PLR0911 - one return a step
    """OpenSearch's query for a step of a plan. `term` and `terms` take our tokens and values as they are."""
    match step:
        case Token(column, token):
            return {"term": {column: token}}
        case Begins(column, beginning):
            return {"prefix": {column: {"value": beginning, "rewrite": "constant_score"}}}
        case Near(column, token, edits):
            return {"fuzzy": {column: {"value": token, "fuzziness": edits, "rewrite": "constant_score"}}}
        case Run(column, tokens, 0):
            return {"match_phrase": {column: " ".join(tokens)}}
        case Run(column, tokens, gaps):
            return {"intervals": {column: {"match": {"query": " ".join(tokens), "ordered": True, "max_gaps": gaps}}}}
        case Values(column, values, score):
            terms: dict[str, Any] = {"terms": {column: values}}
            return {"constant_score": {"filter": terms, "boost": score}} if score else _unscored(terms)
        case Days(low, high):
            return _unscored({"range": {"day": {"gte": low, "lte": high}}})
        case All():
            return _unscored({"match_all": {}})
        case Unscored(inner, score):
            return (
                {"constant_score": {"filter": _rendered(inner), "boost": score}}
                if score
                else _unscored(_rendered(inner))
            )
        case Weighted(inner, weight):
            return {"bool": {"must": [_rendered(inner)], "boost": weight}}
        case Combined(must, may, must_not) if must or may:
            return {
                "bool": {
                    "must": list(map(_rendered, must)),
                    "should": list(map(_rendered, may)),
                    "must_not": list(map(_rendered, must_not)),
                    "minimum_should_match": 0 if must else 1,
                }
            }
        case Combined():
            return {"match_none": {}}


def _unscored(query: dict[str, Any]) -> dict[str, Any]:
    return {"bool": {"filter": [query]}}


# ---- Questions with more parts than the server takes


def _short(request: SearchRequest) -> dict[str, Any]:
    """The same matches in as few parts as can be, in the order of the numbers and the first words alone."""
    scored: dict[Step, None] = {}
    values: dict[tuple[str, float], list[str]] = {}
    if _order(request) is _BY_SCORE:
        for step in _scored(ranked(request)):
            if isinstance(step, Values):
                values.setdefault((step.column, step.score), []).extend(step.values)
            elif len(scored) < _WORDS_RANKED:
                scored[step] = None
    merged = [Values(column, tuple(some), score) for (column, score), some in values.items()]
    return {
        "bool": {"filter": [_packed(matching(request))], "should": [_rendered(step) for step in (*merged, *scored)]}
    }


def _scored(step: Step) -> Iterator[Token | Values]:
    """The words and numbers that score by themselves, not as a part of the title's or of a pair's weight."""
    match step:
        case Token():
            yield step
        case Values(score=score) if score:
            yield step
        case Combined(must, may):
            for part in (*must, *may):
                yield from _scored(part)


def _packed(step: Step) -> dict[str, Any]:
    """What matches the step: words and values side by side are one part, however many they are."""
    match step:
        case Combined(must, may, must_not) if must or may:
            return {
                "bool": {
                    "filter": _all_in_one(must) if must else [],
                    "should": [] if must else _any_in_one(may),
                    "must_not": _any_in_one(must_not),
                    "minimum_should_match": 0 if must else 1,
                }
            }
        case Unscored(inner) | Weighted(inner):
            return _packed(inner)
    return _rendered(step)


def _any_in_one(steps: Iterable[Step]) -> list[dict[str, Any]]:
    values: dict[str, dict[str, None]] = {}
    rest: list[dict[str, Any]] = []
    waiting = list(steps)
    while waiting:
        match waiting.pop():
            case Token(column, token):
                values.setdefault(column, {})[token] = None
            case Values(column, some):
                values.setdefault(column, {}).update(dict.fromkeys(some))
            case Combined((), parts, ()) | Combined((_,) as parts, _, ()):
                waiting += parts
            case step:
                rest.append(_packed(step))
    return [*({"terms": {column: list(some)}} for column, some in values.items()), *rest]


def _all_in_one(steps: Iterable[Step]) -> list[dict[str, Any]]:
    words: dict[str, dict[str, None]] = {}
    rest: list[dict[str, Any]] = []
    waiting = list(steps)
    while waiting:
        match waiting.pop():
            case Token(column, token):
                words.setdefault(column, {})[token] = None
            case Combined((_, *_) as parts, _, ()) | Combined((), (_,) as parts, ()):
                waiting += parts
            case step:
                rest.append(_packed(step))
    # A phrase counts as one part. As loose as this, it matches what has all of its words in any order.
    together = [
        {"match_phrase": {column: {"query": " ".join(some), "slop": 2**31 - 1}}} for column, some in words.items()
    ]
    return [*together, *rest]

"""Where known names stand in texts, kept from one generation to the next, so that few texts are read anew.

Invariant: what is kept and what is read anew are together what reading every text would find. A text is read anew
where it, what is known of it or the code that reads is another, or where a name that came, went or changed may stand in
it; whether it may, its letters and digits alone say, many times sooner than its words. Of names that overlap one is
found, so that a name that came or went can uncover another: only texts without any such name stay as they were.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, partial
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path
from typing import Final

import ahocorasick_rs
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from anyascii import anyascii

from ingest.extract.known_names import KnownNames, stands_alone
from ingest.extract.names import SHORTENED_TO

_NAMES: Final = "names_looked_for.parquet"
_TEXTS: Final = "texts_looked_at.parquet"
_FOUND: Final = "names_in_texts.parquet"


def _schema(**types: pa.DataType) -> pa.Schema:
    return pa.schema(types)


_NAMES_SCHEMA: Final = _schema(key=pa.string(), full=pa.bool_())
_TEXTS_SCHEMA: Final = _schema(document_id=pa.string(), fingerprint=pa.binary(16))
FOUND_SCHEMA: Final = _schema(
    document_id=pa.string(),
    key=pa.string(),
    written=pa.string(),
    start=pa.int64(),
    source=pa.string(),
    known_at=pa.date32(),
)
_READ_BY: Final = b"read by"
_AT_ONCE: Final = 50_000


@dataclass(frozen=True, slots=True)
class KnownText:
    """A document's text, and where it came from."""

    document_id: str
    text: str
    source: str
    known_at: date | None


@dataclass(frozen=True, slots=True)
class FoundNames:
    """Known names in texts: `found` in the columns of `FOUND_SCHEMA`; which `names` were looked for in which `texts`;
    how many texts were `read` for it, all others being as they were."""

    names: pa.Table
    texts: pa.Table
    found: pa.Table
    read: int = 0

    @classmethod
    def kept(cls, folder: Path) -> "FoundNames | None":
        """What a generation's folder holds of it; None where it holds none, or what other code found."""
        if not all((folder / name).exists() for name in (_NAMES, _TEXTS, _FOUND)):
            return None
        names = pq.read_table(folder / _NAMES)
        if (names.schema.metadata or {}).get(_READ_BY) != _code():
            return None
        return cls(names, pq.read_table(folder / _TEXTS), pq.read_table(folder / _FOUND))

    def write(self, folder: Path) -> None:
        """Keep it in a generation's folder."""
        pq.write_table(self.names.replace_schema_metadata({_READ_BY: _code()}), folder / _NAMES, compression="zstd")
        pq.write_table(self.texts, folder / _TEXTS, compression="zstd")
        pq.write_table(self.found, folder / _FOUND, compression="zstd")


def files_of(folder: Path) -> tuple[Path, ...]:
    """The files of what a generation's folder keeps."""
    return tuple(folder / name for name in (_NAMES, _TEXTS, _FOUND) if (folder / name).exists())


def look(texts: Iterable[KnownText], known: KnownNames, before: FoundNames | None) -> FoundNames:
    """The known names of the texts, each text of another document, going on from what was found before.

    Names that are a part of what stands there are left out: see `ingest.extract.known_names.stands_alone`.
    """
    earlier: dict[str, bytes] = {}
    may_hold = _MayHold(())
    if before:
        earlier = dict(zip(*(before.texts[name].to_pylist() for name in _TEXTS_SCHEMA.names), strict=True))
        looked_for = set(zip(*(before.names[name].to_pylist() for name in _NAMES_SCHEMA.names), strict=True))
        may_hold = _MayHold(key for key, _ in looked_for.symmetric_difference(known.keys.items()))
    ids: list[str] = []
    fingerprints: list[bytes] = []
    carried: list[str] = []
    found = _Rows()
    for one in texts:
        fingerprint = _fingerprint(one)
        ids.append(one.document_id)
        fingerprints.append(fingerprint)
        if earlier.get(one.document_id) == fingerprint and one.text not in may_hold:
            carried.append(one.document_id)
        else:
            found.add(one, known)
    tables = found.tables()
    if before:
        as_before = pc.is_in(before.found["document_id"], value_set=pa.array(carried, pa.string()))
        tables.append(before.found.filter(as_before))
    return FoundNames(
        pa.table([list(known.keys), list(known.keys.values())], schema=_NAMES_SCHEMA),
        pa.table([ids, fingerprints], schema=_TEXTS_SCHEMA),
        pa.concat_tables([FOUND_SCHEMA.empty_table(), *tables]),
        read=len(ids) - len(carried),
    )


class _Rows:
    """What is found, put into columns now and then, which take a tenth of the memory."""

    def __init__(self) -> None:
        self._rows: list[Mapping[str, object]] = []
        self._tables: list[pa.Table] = []

    def add(self, one: KnownText, known: KnownNames) -> None:
        for name in filter(partial(stands_alone, one.text), known.find(one.text)):
            self._rows.append(
                {
                    "document_id": one.document_id,
                    "key": name.key,
                    "written": one.text[name.start : name.end],
                    "start": name.start,
                    "source": one.source,
                    "known_at": one.known_at,
                }
            )
        if len(self._rows) >= _AT_ONCE:
            self.tables()

    def tables(self) -> list[pa.Table]:
        if self._rows:
            self._tables.append(pa.Table.from_pylist(self._rows, schema=FOUND_SCHEMA))
            self._rows = []
        return self._tables


_UNSPOKEN = re.compile(r"[\W_]+")
_CAPITALS = bytes.maketrans(bytes(range(97, 123)), bytes(range(65, 91)))
_NO_LETTERS = bytes(code for code in range(128) if not chr(code).isalnum())


def letters_of(text: str) -> str:
    """The letters and digits of a text in ASCII capitals, and nothing between them.

    >>> letters_of("Ümber & U.M.B. Co.")
    'UMBERUMBCO'
    """
    plain = text if text.isascii() else anyascii(_UNSPOKEN.sub("", text))
    return plain.encode("ascii").translate(_CAPITALS, _NO_LETTERS).decode("ascii")


class _MayHold:
    """Whether a text may hold one of some names: it does not where the letters of none stand in its letters.

    Words that a name has in one form for several (CO for Company) are left out: they may be written otherwise.
    """

    def __init__(self, keys: Iterable[str]) -> None:
        letters = {_telling(key) for key in keys}
        self._any_text = "" in letters
        self._none = not letters
        self._automaton = ahocorasick_rs.AhoCorasick(sorted(letters - {""}))

    def __contains__(self, text: str) -> bool:
        if self._none or self._any_text:
            return self._any_text
        return bool(self._automaton.find_matches_as_indexes(letters_of(text)))


def _telling(key: str) -> str:
    """The letters of the longest row of a name's words that are written in one way only."""
    return max(_rows_of_words(key), key=len)


def _rows_of_words(key: str) -> Iterator[str]:
    row = ""
    for word in key.split():
        if word in SHORTENED_TO:
            yield row
            row = ""
        else:
            row += letters_of(word)
    yield row


def _fingerprint(one: KnownText) -> bytes:
    digest = blake2b(one.text.encode(), digest_size=16)
    digest.update(f"\n{one.source}\n{one.known_at}".encode())
    return digest.digest()


@cache
def _code() -> bytes:
    """What the code is known by that finds names: its own text, its lists, and what it stands on."""
    folder = Path(__file__).parent
    digest = blake2b(digest_size=16)
    for file in sorted((*folder.glob("*.py"), *folder.glob("lexicon/*.csv"))):
        digest.update(file.read_bytes())
    digest.update("\n".join(version(name) for name in ("anyascii", "ahocorasick-rs")).encode())
    return digest.hexdigest().encode()

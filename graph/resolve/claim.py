"""A claim: a name in a document may mean a party, and a person says whether it does."""

import hashlib
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Status(StrEnum):
    """Where a link stands: made by itself, waiting for a person, or decided by one."""

    LINKED = "linked"
    WAITING = "waiting"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class NameInText:
    """A company's name in a document: `name` in one form, as `written` first, and where."""

    document_id: str
    name: str
    written: str
    start: int
    source: str
    known_at: date | None


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person said of whether a name in a document means a party."""

    document_id: str
    name: str
    party: str
    accepted: bool


def claim_id(document_id: str, name: str, party: str) -> str:
    """What a claim is called; the same for the same document, name and party in every generation."""
    return hashlib.sha256("\n".join((document_id, name, party)).encode()).hexdigest()[:16]

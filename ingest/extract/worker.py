"""A process that reads texts for another: `python -m ingest.extract.worker`; see `ingest.child_process`.

Invariant: an answer holds for each text what it names and what it says, be it nothing, in the order of the texts.
"""

from collections.abc import Callable, Mapping
from typing import Any

from ingest.child_process import answer_requests
from ingest.extract.mentions import Mention
from ingest.extract.read import read_all
from ingest.extract.said import Said


def answer(request: Mapping[str, Any], _told: Callable[[], None]) -> dict[str, object]:
    """The mentions of each text, without their document's id, and its statements."""
    read = list(read_all((document_id, kind, text) for document_id, kind, text in request["texts"]))
    return {
        "mentions": [[_mention(one) for one in text.mentions] for text in read],
        "said": [[_said(one) for one in text.said] for text in read],
    }


def _mention(one: Mention) -> list[object]:
    return [one.kind, one.key, one.start, one.end, one.text, one.what, one.how]


def _said(one: Said) -> list[object]:
    return [one.what, one.value, one.key, one.start, one.end, one.flag, one.passage]


if __name__ == "__main__":
    answer_requests(answer)

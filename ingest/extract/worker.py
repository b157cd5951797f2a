"""A process that finds what texts mention for another: `python -m ingest.extract.worker`; see `ingest.child_process`.

Invariant: an answer holds for each text a list, be it empty, in the order of the texts.
"""

from collections.abc import Callable, Mapping
from typing import Any

from ingest.child_process import answer_requests
from ingest.extract.mentions import Mention, find_all


def answer(request: Mapping[str, Any], _told: Callable[[], None]) -> dict[str, object]:
    """The mentions of each text, without their document's id."""
    return {"mentions": [[_written(one) for one in mentions] for _, mentions in find_all(request["texts"])]}


def _written(one: Mention) -> list[object]:
    return [one.kind, one.key, one.start, one.end, one.text, one.what, one.how]


if __name__ == "__main__":
    answer_requests(answer)

"""Texts that several processes read: the same mentions and statements in the same order as one process finds."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.extract import side_by_side
from ingest.extract.read import Text, read_all
from ingest.extract.side_by_side import TextReaders


def texts(count: int) -> list[Text]:
    """Texts of different lengths, each with a company, a short name for it, a case and an entry."""
    return [
        (
            f"m{at}",
            "ruling",
            f'Umber {at} Trading Co., Ltd. ("UT{at}") of Vietnam, case A-570-{at % 1000:03d}.\n'
            + "The frames are of wood. " * (at * 7 % 60)
            + f"UT{at} sold them to Ochre GmbH on 5 March 2024; entry ABC-1234567-6."
            + f" The frames are properly classified in subheading 7326.20.{at % 90 + 10}.",
        )
        for at in range(count)
    ]


def children() -> set[int]:
    found = set()
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            if int(entry.read_text().rpartition(")")[2].split()[1]) == os.getpid():
                found.add(int(entry.parent.name))
        except (OSError, ValueError):
            continue
    return found


@pytest.fixture
def readers(monkeypatch: pytest.MonkeyPatch) -> Iterator[TextReaders]:
    monkeypatch.setattr(side_by_side, "_WORTH_CHARACTERS", 20_000)
    monkeypatch.setattr(side_by_side, "_BUNDLE_CHARACTERS", 5_000)
    readers = TextReaders(2)
    yield readers
    readers.close()


def test_several_processes_find_what_one_finds_in_the_same_order(readers: TextReaders) -> None:
    given, before = texts(120), children()
    found = list(readers.read(iter(given)))
    assert len(children() - before) == 2
    assert found == list(read_all(given))
    assert [one.document_id for one in found] == [document_id for document_id, *_ in given]
    assert all(len(one.mentions) >= 5 and len(one.said) == 1 for one in found)


def test_no_process_is_started_for_few_texts_nor_where_one_was_asked_for(readers: TextReaders) -> None:
    before = children()
    assert list(readers.read(iter(texts(10)))) == list(read_all(texts(10)))
    alone = TextReaders(1)
    assert list(alone.read(iter(texts(60)))) == list(read_all(texts(60)))
    alone.close()
    assert list(readers.read(iter(()))) == []
    assert children() == before


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSEGV])
def test_what_a_dying_process_had_in_hand_is_found_all_the_same(readers: TextReaders, how: signal.Signals) -> None:
    before = children()
    list(readers.read(iter(texts(120))))
    for process in children() - before:
        os.kill(process, signal.SIGSTOP)  # so that the next texts find it idle
        threading.Timer(0.3, os.kill, (process, how)).start()
        threading.Timer(0.4, _go_on, (process,)).start()
    assert list(readers.read(iter(texts(60)))) == list(read_all(texts(60)))


def _go_on(process: int) -> None:
    try:
        os.kill(process, signal.SIGCONT)
    except ProcessLookupError:
        return


def test_texts_are_taken_no_more_than_a_few_ahead(readers: TextReaders) -> None:
    taken = 0

    def given() -> Iterator[Text]:
        nonlocal taken
        for at in range(400):
            taken += 1
            yield f"m{at}", "memo", "Case A-570-967. " * 300  # a bundle each

    found = readers.read(given())
    next(found)
    time.sleep(0.2)
    assert taken <= 5 + 2 * 3 + 1
    assert sum(1 for _ in found) == 399


def test_processes_are_ended_with_the_load() -> None:
    before = children()
    readers = TextReaders(2)
    readers._started = True
    list(readers.read(iter(texts(20))))
    assert children() > before
    readers.close()
    assert children() == before

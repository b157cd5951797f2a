"""Texts that several processes read: the same mentions in the same order as one process finds."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.extract import side_by_side
from ingest.extract.mentions import find_all
from ingest.extract.side_by_side import MentionFinders


def texts(count: int) -> list[tuple[str, str]]:
    """Texts of different lengths, each with a company, a short name for it, a case and an entry."""
    return [
        (
            f"m{at}",
            f'Umber {at} Trading Co., Ltd. ("UT{at}") of Vietnam, case A-570-{at % 1000:03d}.\n'
            + "The frames are of wood. " * (at * 7 % 60)
            + f"UT{at} sold them to Ochre GmbH on 5 March 2024; entry ABC-1234567-6.",
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
def finders(monkeypatch: pytest.MonkeyPatch) -> Iterator[MentionFinders]:
    monkeypatch.setattr(side_by_side, "_WORTH_CHARACTERS", 20_000)
    monkeypatch.setattr(side_by_side, "_BUNDLE_CHARACTERS", 5_000)
    finders = MentionFinders(2)
    yield finders
    finders.close()


def test_several_processes_find_what_one_finds_in_the_same_order(finders: MentionFinders) -> None:
    given, before = texts(120), children()
    found = list(finders.find(iter(given)))
    assert len(children() - before) == 2
    assert found == list(find_all(given))
    assert [document_id for document_id, _ in found] == [document_id for document_id, _ in given]
    assert all(len(mentions) >= 5 for _, mentions in found)


def test_no_process_is_started_for_few_texts_nor_where_one_was_asked_for(finders: MentionFinders) -> None:
    before = children()
    assert list(finders.find(iter(texts(10)))) == list(find_all(texts(10)))
    alone = MentionFinders(1)
    assert list(alone.find(iter(texts(60)))) == list(find_all(texts(60)))
    alone.close()
    assert list(finders.find(iter(()))) == []
    assert children() == before


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSEGV])
def test_what_a_dying_process_had_in_hand_is_found_all_the_same(finders: MentionFinders, how: signal.Signals) -> None:
    before = children()
    list(finders.find(iter(texts(120))))
    for process in children() - before:
        os.kill(process, signal.SIGSTOP)  # so that the next texts find it idle
        threading.Timer(0.3, os.kill, (process, how)).start()
        threading.Timer(0.4, _go_on, (process,)).start()
    assert list(finders.find(iter(texts(60)))) == list(find_all(texts(60)))


def _go_on(process: int) -> None:
    try:
        os.kill(process, signal.SIGCONT)
    except ProcessLookupError:
        return


def test_texts_are_taken_no_more_than_a_few_ahead(finders: MentionFinders) -> None:
    taken = 0

    def given() -> Iterator[tuple[str, str]]:
        nonlocal taken
        for at in range(400):
            taken += 1
            yield f"m{at}", "Case A-570-967. " * 300  # a bundle each

    found = finders.find(given())
    next(found)
    time.sleep(0.2)
    assert taken <= 5 + 2 * 3 + 1
    assert sum(1 for _ in found) == 399


def test_processes_are_ended_with_the_load() -> None:
    before = children()
    finders = MentionFinders(2)
    finders._started = True
    list(finders.find(iter(texts(20))))
    assert children() > before
    finders.close()
    assert children() == before

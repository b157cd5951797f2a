"""The audit: nothing is lost, nothing can be changed, and answering does not wait for it."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from api.audit.trail import Look, Trail, looks, record
from api.database import AUDIT, open_database
from graph.model.errors import Invalid, Unavailable

NOW = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return open_database(f"sqlite:///{tmp_path}/authored.sqlite")


def look(number: int) -> Look:
    return Look(NOW, "ada", "entity", f"importer:{number}", f"r{number}")


def test_every_look_of_many_threads_is_there_after_closing(engine: Engine) -> None:
    with Trail(engine) as trail, ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: trail.add(look(number)), range(5_000)))
    with engine.connect() as connection:
        things = set(connection.execute(sa.select(AUDIT.c.thing)).scalars())
    assert things == {f"importer:{number}" for number in range(5_000)}


def test_a_look_is_written_within_a_second_without_closing(engine: Engine) -> None:
    with Trail(engine) as trail:
        trail.add(look(1))
        time.sleep(1.0)
        assert looks(engine, limit=10, cursor="")[0] == [look(1)]


def test_looks_page_newest_first_without_gaps(engine: Engine) -> None:
    for number in range(7):
        record(engine, look(number))
    seen, cursor = [], ""
    while True:
        page, cursor = looks(engine, limit=3, cursor=cursor)
        seen += page
        if not cursor:
            break
    assert seen == [look(number) for number in reversed(range(7))]
    with pytest.raises(Invalid):
        looks(engine, limit=3, cursor="x")


@pytest.mark.parametrize("statement", ["DELETE FROM audit", "UPDATE audit SET person = 'nobody'"])
def test_a_row_can_neither_be_changed_nor_removed(engine: Engine, statement: str) -> None:
    record(engine, look(1))
    with pytest.raises(sa.exc.IntegrityError, match="only be added"), engine.begin() as connection:
        connection.execute(sa.text(statement))


def test_looks_wait_for_a_database_that_comes_back(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(sa.text("ALTER TABLE audit RENAME TO elsewhere"))
    with Trail(engine) as trail:
        trail.add(look(1))
        time.sleep(0.8)
        with engine.begin() as connection:
            connection.execute(sa.text("ALTER TABLE elsewhere RENAME TO audit"))
    assert looks(engine, limit=10, cursor="")[0] == [look(1)]


def test_what_cannot_be_audited_is_not_shown(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.audit.trail._QUEUE_LOOKS", 10)
    with engine.begin() as connection:
        connection.execute(sa.text("DROP TABLE audit"))
    with Trail(engine) as trail:
        trail.add(look(0))
        time.sleep(0.8)  # the writer has tried and failed
        with pytest.raises(Unavailable, match="audit"):
            for number in range(2_000):
                trail.add(look(number))

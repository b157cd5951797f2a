"""The authored database: what only SQLite does, and addresses that lead nowhere."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory

from api.database import MIGRATIONS, NEWEST, open_database
from graph.model.errors import Unavailable


def test_readers_never_wait_for_the_writer(tmp_path: Path) -> None:
    engine = open_database(f"sqlite:///{tmp_path}/a.sqlite")
    with engine.connect() as connection:
        assert connection.execute(sa.text("PRAGMA journal_mode")).scalar() == "wal"
    engine.dispose()


def test_the_newest_migration_is_the_one_that_is_looked_for() -> None:
    assert ScriptDirectory(str(MIGRATIONS)).get_current_head() == NEWEST


@pytest.mark.parametrize("content", [b"this is no database at all, but a text that is long enough" * 50])
def test_a_file_that_is_no_database_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.sqlite").write_bytes(content)
    with pytest.raises(Unavailable, match=r"a\.sqlite"):
        open_database(f"sqlite:///{tmp_path}/a.sqlite")


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+psycopg://ada:hunter2@127.0.0.1:1/x",
        "postgresql+psycopg://127.0.0.1:1/x?user=ada&password=hunter2",
        "postgresql://ada:hunter2@127.0.0.1:1/x",
        "postgresql+psycopg://ada:hunter2@127.0.0.1:hunter2/x",
        "postgresql+nodriver://ada:hunter2@127.0.0.1/x",
        "ada:hunter2@127.0.0.1",
    ],
)
def test_a_password_is_not_told(url: str) -> None:
    with pytest.raises(Unavailable) as told:
        open_database(url)
    assert "hunter2" not in f"{told.value} {told.value.thing} {told.value.value} {told.value.next_step}"
    assert told.value.next_step

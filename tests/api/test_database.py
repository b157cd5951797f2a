"""The authored database comes up by itself, once, whoever opens it."""

import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from api.database import METADATA, MIGRATIONS, NEWEST, open_database
from graph.model.errors import Unavailable


def test_migrations_lead_to_the_declared_tables(tmp_path: Path) -> None:
    engine = open_database(f"sqlite:///{tmp_path}/a.sqlite")
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []
        assert connection.execute(sa.text("PRAGMA journal_mode")).scalar() == "wal"
    engine.dispose()


def test_the_newest_migration_is_the_one_that_is_looked_for() -> None:
    assert ScriptDirectory(str(MIGRATIONS)).get_current_head() == NEWEST


def test_opening_again_changes_nothing(tmp_path: Path) -> None:
    for _ in range(2):
        engine = open_database(f"sqlite:///{tmp_path}/a.sqlite")
        engine.dispose()


def test_processes_that_open_a_new_database_at_once_agree(tmp_path: Path) -> None:
    code = f"from api.database import open_database; open_database('sqlite:///{tmp_path}/a.sqlite').dispose()"
    runs = [subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE) for _ in range(4)]
    assert [(run.communicate()[1], run.returncode) for run in runs] == [(b"", 0)] * 4


@pytest.mark.parametrize("content", [b"this is no database at all, but a text that is long enough" * 50])
def test_a_file_that_is_no_database_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.sqlite").write_bytes(content)
    with pytest.raises(Unavailable, match=r"a\.sqlite"):
        open_database(f"sqlite:///{tmp_path}/a.sqlite")


def test_a_password_is_not_told() -> None:
    with pytest.raises(Unavailable) as told:
        open_database("postgresql+psycopg://ada:hunter2@127.0.0.1:1/x")
    assert "hunter2" not in str(told.value) + told.value.thing + told.value.value

"""The authored database: tables that people fill, kept by migrations, never rebuilt.

Invariant: a database that this module has opened stands at the newest migration; SQLite runs in
write-ahead mode, so that readers never wait for the audit.
"""

from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError

from graph.model.engine import EngineHealth
from graph.model.errors import Unavailable

METADATA = sa.MetaData()

USERS = sa.Table(
    "users",
    METADATA,
    sa.Column("name", sa.String(64), primary_key=True),
    sa.Column("role", sa.String(16), nullable=False),
    sa.Column("token_hash", sa.String(64), nullable=False, unique=True),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
)

AUDIT = sa.Table(
    "audit",
    METADATA,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("person", sa.String(64), nullable=False),
    sa.Column("action", sa.String(32), nullable=False),
    sa.Column("thing", sa.Text, nullable=False),
    sa.Column("request_id", sa.String(64), nullable=False),
)

MIGRATIONS = Path(__file__).parent / "migrations"
NEWEST = "r0001"


def open_database(url: str) -> Engine:
    """Connect, migrate where needed, and return the engine; `Unavailable` names the database without its password."""
    shown = sa.make_url(url).render_as_string(hide_password=True)
    try:
        engine = sa.create_engine(url)
        if engine.dialect.name == "sqlite":
            _prepare_sqlite(engine)
        _migrate(engine)
    except (SQLAlchemyError, ImportError, OSError) as error:
        raise Unavailable(
            f"The database {shown} cannot be used: {_first_line(error)}",
            thing=shown,
            value=type(error).__name__,
            next_step="Check TIDEWAITER_DATABASE_URL, the server and the disk.",
        ) from error
    return engine


def shown(url: sa.URL) -> str:
    """A database's URL without its password, for messages."""
    return url.render_as_string(hide_password=True)


def describe(engine: Engine) -> EngineHealth:
    """Version and size of an opened database; `Unavailable` when it does not answer."""
    shown = engine.url.render_as_string(hide_password=True)
    ask = {
        "sqlite": "SELECT sqlite_version(), page_count * page_size FROM pragma_page_count(), pragma_page_size()",
        "postgresql": "SELECT current_setting('server_version'), pg_database_size(current_database())",
    }
    name = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}[engine.dialect.name]
    try:
        with engine.connect() as connection:
            version, size_bytes = connection.execute(sa.text(ask[engine.dialect.name])).one()
    except SQLAlchemyError as error:
        raise Unavailable(
            f"The database {shown} does not answer: {_first_line(error)}",
            thing=shown,
            value=type(error).__name__,
            next_step="Check TIDEWAITER_DATABASE_URL, the server and the disk.",
        ) from error
    return EngineHealth(f"{name} {version}", size_bytes=size_bytes)


def _prepare_sqlite(engine: Engine) -> None:
    path = engine.url.database
    if path and path != ":memory:":
        Path(path).parent.mkdir(parents=True, exist_ok=True)

    @event.listens_for(engine, "connect")
    def _on_connect(connection: "sa.engine.interfaces.DBAPIConnection", _record: object) -> None:
        cursor = connection.cursor()
        # Two processes that switch a new file to write-ahead mode at once would fail without the wait first.
        cursor.execute("PRAGMA busy_timeout = 10000")
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.close()


def _migrate(engine: Engine) -> None:
    with engine.begin() as connection:
        if sa.inspect(connection).has_table("alembic_version"):
            found = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
            if found == NEWEST:
                return
    from alembic import command  # slow to import, and rarely needed
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            # One process migrates, others wait and then find nothing left to do.
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:300]

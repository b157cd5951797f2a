"""The authored database: tables that people fill, kept by migrations, never rebuilt.

Invariant: a database that this module has opened stands at the newest migration, and answers alike whether
SQLite or PostgreSQL is behind it: times are of UTC, a server that was restarted is found again by the next
question, and one that does not answer is `Unavailable`, named without its password. SQLite runs in
write-ahead mode, so that readers never wait for the audit.
"""

from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Dialect, Engine, ExceptionContext
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, SQLAlchemyError

from api.errors import translated
from graph.model.engine import EngineHealth
from graph.model.errors import TidewaiterError, Unavailable

METADATA = sa.MetaData()


class UtcTime(sa.TypeDecorator[datetime]):
    """A moment, of UTC: SQLite keeps no zone, and PostgreSQL answers in the zone of the session."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """What goes in must say its zone."""
        if value is not None and value.tzinfo is None:
            raise ValueError(f"{value} names no zone")
        return value and value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """What comes out says that it is of UTC."""
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


USERS = sa.Table(
    "users",
    METADATA,
    sa.Column("name", sa.String(64), primary_key=True),
    sa.Column("role", sa.String(16), nullable=False),
    sa.Column("token_hash", sa.String(64), nullable=False, unique=True),
    sa.Column("created_at", UtcTime, nullable=False),
)

AUDIT = sa.Table(
    "audit",
    METADATA,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("at", UtcTime, nullable=False),
    sa.Column("person", sa.String(64), nullable=False),
    sa.Column("action", sa.String(32), nullable=False),
    sa.Column("thing", sa.Text, nullable=False),
    sa.Column("request_id", sa.String(64), nullable=False),
)

JUDGEMENTS = sa.Table(
    "judgements",
    METADATA,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("left", sa.String(200), nullable=False),
    sa.Column("right", sa.String(200), nullable=False),
    sa.Column("verdict", sa.String(16), nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("person", sa.String(64), nullable=False),
    sa.Column("at", UtcTime, nullable=False),
    sa.Column("withdrawn_by", sa.String(64), nullable=True),
    sa.Column("withdrawn_at", UtcTime, nullable=True),
)

SAVED_SEARCHES = sa.Table(
    "saved_searches",
    METADATA,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("owner", sa.String(64), nullable=False),
    sa.Column("asked", sa.Text, nullable=False),
    sa.Column("saved_at", UtcTime, nullable=False),
    sa.Column("looked_at", UtcTime, nullable=False),
    sa.Column("found", sa.Text, nullable=False),
    sa.Column("removed_by", sa.String(64), nullable=True),
    sa.Column("removed_at", UtcTime, nullable=True),
)

CLAIM_DECISIONS = sa.Table(
    "claim_decisions",
    METADATA,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("claim", sa.String(16), nullable=False, index=True),
    sa.Column("document", sa.String(200), nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("party", sa.String(200), nullable=False),
    sa.Column("verdict", sa.String(16), nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("person", sa.String(64), nullable=False),
    sa.Column("at", UtcTime, nullable=False),
    sa.Column("undone_by", sa.String(64), nullable=True),
    sa.Column("undone_at", UtcTime, nullable=True),
)

MIGRATIONS = Path(__file__).parent / "migrations"
NEWEST = "r0004"


# Whoever asks waits no longer than this for a PostgreSQL that cannot be reached, or has fallen silent.
_CONNECT_S = 5
_POSTGRESQL = {
    "connect_timeout": _CONNECT_S,
    "tcp_user_timeout": 10_000,  # ms that what was sent may stay unconfirmed
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "application_name": "tidewaiter",
}
_MIGRATING = 0x7469_6465  # the number of the lock that whoever migrates holds; any would do
_MIGRATE_S = 120
_NEXT_STEP = (
    "Check TIDEWAITER_DATABASE_URL (host, user, password, database) and that the server runs; for SQLite, the disk."
)


def open_database(url: str) -> Engine:
    """Connect, migrate where needed, and return the engine; `Unavailable` names the database without its password."""
    try:
        parsed = sa.make_url(url)
    except (SQLAlchemyError, ValueError) as error:
        raise Unavailable(
            "TIDEWAITER_DATABASE_URL is not an address of a database.",  # not repeated: it may hold a password
            thing="TIDEWAITER_DATABASE_URL",
            value=type(error).__name__,
            next_step="Write it as postgresql+psycopg://USER:PASSWORD@HOST:PORT/DATABASE, with % codes for @, : and /.",
        ) from None
    shown = without_password(parsed)
    try:
        engine = _engine(parsed, shown)
        try:
            _migrate(engine, shown)
        except BaseException:
            engine.dispose()
            raise
    except (SQLAlchemyError, ImportError, OSError) as error:
        raise _unavailable(shown, error) from error
    return engine


def without_password(url: sa.URL) -> str:
    """The address without its secrets, which may also stand behind the question mark."""
    masked = {name: "***" if "password" in name.lower() else value for name, value in url.query.items()}
    return url.set(query=masked).render_as_string(hide_password=True)


def _engine(url: sa.URL, shown: str) -> Engine:
    if url.drivername in ("postgresql", "postgres"):
        url = url.set(drivername="postgresql+psycopg")
    if url.get_backend_name() == "postgresql":
        given = {name: value for name, value in _POSTGRESQL.items() if name not in url.query}
        # No limit of its own on sessions: there are never more than requests are answered at once.
        engine = sa.create_engine(url, connect_args=given, pool_pre_ping=True, max_overflow=-1, hide_parameters=True)
    else:
        engine = sa.create_engine(url, hide_parameters=True)
    if engine.dialect.name == "sqlite":
        _prepare_sqlite(engine)

    @event.listens_for(engine, "handle_error", retval=True)
    def _on_error(context: ExceptionContext) -> TidewaiterError | None:
        # A row that breaks a rule is for whoever wrote it; a session that turns out dead is opened anew.
        told = context.sqlalchemy_exception
        if not isinstance(told, DBAPIError) or isinstance(told, IntegrityError | DataError) or context.is_pre_ping:
            return None
        return _unavailable(shown, context.original_exception)

    return engine


def _unavailable(shown: str, error: BaseException) -> TidewaiterError:
    """What a driver, the disk or the address is at fault for, in words without secrets."""
    disk = translated(error, thing=shown)
    if isinstance(error, ImportError):
        return Unavailable(
            f"The driver for {shown} is not installed: {_first_line(error)}",
            thing=shown,
            value=type(error).__name__,
            next_step="Run `make install-servers`.",
        )
    if disk is not None:
        return disk
    return Unavailable(
        f"The database {shown} cannot be used: {_first_line(error)}",
        thing=shown,
        value=type(error).__name__,
        next_step=_NEXT_STEP,
    )


def describe(engine: Engine) -> EngineHealth:
    """Version and size of an opened database; `Unavailable` when it does not answer."""
    name, ask = {
        "sqlite": (
            "SQLite", "SELECT sqlite_version(), page_count * page_size FROM pragma_page_count(), pragma_page_size()"
        ),
        "postgresql": (
            "PostgreSQL", "SELECT current_setting('server_version'), pg_database_size(current_database())"
        ),
    }[engine.dialect.name]  # fmt: skip
    with engine.connect() as connection:
        version, size_bytes = connection.execute(sa.text(ask)).one()
    return EngineHealth(f"{name} {version.split()[0]}", size_bytes=size_bytes)


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


def _migrate(engine: Engine, shown: str) -> None:
    with engine.begin() as connection:
        if sa.inspect(connection).has_table("alembic_version"):
            found = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
            if found == NEWEST:
                return
    from alembic import command  # slow to import, and rarely needed
    from alembic.config import Config
    from alembic.util.exc import CommandError

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    with engine.connect() as connection:
        # One process migrates, others wait and then find nothing left to do.
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            connection.execute(sa.text(f"SET LOCAL lock_timeout = '{_MIGRATE_S}s'"))
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(:number)"), {"number": _MIGRATING})
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            raise Unavailable(
                f"The database {shown} is not in a form that this version knows: {_first_line(error)}",
                thing=shown,
                value=NEWEST,
                next_step="Use the version of Tidewaiter that last opened it, or a newer one.",
            ) from error
        connection.commit()


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:300]

"""What every authored database must do alike: come up by itself, know its users, and keep the audit."""

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
import sqlalchemy as sa
import structlog
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.engine import Engine

from api.access.users import LOCAL, Users, need_admin
from api.audit.trail import Look, Trail, looks, record
from api.database import AUDIT, METADATA, USERS, describe, open_database
from api.errors import Unauthenticated
from api.judgements.given import Judgements
from graph.model.errors import Conflict, Denied, Invalid, NotFound, Unavailable

NOW = datetime(2026, 3, 1, 12, 30, 5, 250_000, tzinfo=UTC)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database."""
    if request.param == "postgresql":
        return str(request.getfixturevalue("new_postgresql_url"))
    return f"sqlite:///{tmp_path}/authored.sqlite"


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    opened = open_database(url)
    yield opened
    opened.dispose()


@pytest.fixture
def users(engine: Engine) -> Users:
    return Users(engine)


def look(number: int) -> Look:
    return Look(NOW, "ada", "entity", f"importer:{number}", f"r{number}")


def test_migrations_lead_to_the_declared_tables(engine: Engine) -> None:
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []


def test_opening_again_changes_nothing(url: str) -> None:
    first = open_database(url)
    token = Users(first).add("ada", "viewer", now=NOW)
    first.dispose()
    again = open_database(url)
    assert Users(again).who(f"Bearer {token}", loopback=True).name == "ada"
    again.dispose()


def test_processes_that_open_a_new_database_at_once_agree(url: str) -> None:
    code = f"from api.database import open_database; open_database({url!r}).dispose()"
    runs = [subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE) for _ in range(4)]
    assert [(run.communicate()[1], run.returncode) for run in runs] == [(b"", 0)] * 4


def test_threads_that_open_a_new_database_at_once_agree(url: str) -> None:
    with ThreadPoolExecutor(6) as pool:
        for opened in pool.map(open_database, [url] * 6):
            assert not Users(opened).any()
            opened.dispose()


def test_a_database_says_its_version_and_size(engine: Engine) -> None:
    told = describe(engine)
    assert re.fullmatch(r"(SQLite|PostgreSQL) \d+\.\d+.*", told.version)
    assert told.size_bytes is not None
    assert told.size_bytes > 10_000


def test_a_database_of_a_later_version_is_not_touched(url: str, engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = 'r9999'"))
    with pytest.raises(Unavailable, match="r9999") as told:
        open_database(url)
    assert "newer" in told.value.next_step
    with engine.connect() as connection:
        assert connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar() == "r9999"


def test_without_users_whoever_sits_at_the_machine_is_local(users: Users) -> None:
    assert users.who("", loopback=True) == LOCAL


def test_without_users_nobody_gets_in_from_the_network(users: Users) -> None:
    with pytest.raises(Unauthenticated):
        users.who("", loopback=False)


def test_the_first_user_closes_the_door_for_all_without_a_token(users: Users) -> None:
    token = users.add("ada", "viewer", now=NOW)
    assert users.who(f"Bearer {token}", loopback=True).name == "ada"
    for wrong in ("", "Bearer ", "Bearer tw_wrong", "Bearer a\0b", f"Basic {token}", token):
        with pytest.raises(Unauthenticated):
            users.who(wrong, loopback=True)


def test_a_removed_user_is_out_at_once(users: Users) -> None:
    users.add("ada", "admin", now=NOW)
    token = users.add("bo", "viewer", now=NOW)
    users.remove("bo")
    with pytest.raises(Unauthenticated):
        users.who(f"Bearer {token}", loopback=True)
    assert [user.name for user in users.all()] == ["ada"]


def test_a_token_is_not_kept(users: Users, engine: Engine) -> None:
    token = users.add("ada", "viewer", now=NOW)
    with engine.connect() as connection:
        rows = connection.execute(sa.select(USERS)).all()
    assert len(rows) == 1
    assert token not in str(rows)


def test_names_are_unique_and_plain(users: Users) -> None:
    users.add("ada", "viewer", now=NOW)
    with pytest.raises(Conflict, match="ada"):
        users.add("ada", "viewer", now=NOW)
    for name in ("", "a b", "x" * 65, "a\n"):
        with pytest.raises(Invalid):
            users.add(name, "viewer", now=NOW)
    with pytest.raises(NotFound, match="bo"):
        users.remove("bo")


def test_of_two_that_make_the_same_user_at_once_one_is_told_of_the_conflict(users: Users) -> None:
    def add(_: int) -> bool:
        try:
            users.add("ada", "viewer", now=NOW)
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(add, range(8))) == [False] * 7 + [True]


def test_users_are_listed_by_name_with_the_moment_they_were_made_in_utc(users: Users) -> None:
    east = NOW.astimezone(timezone(timedelta(hours=9)))
    for name in ("bo", "ada", "Zoë", "_x"):
        users.add(name, "viewer", now=east)
    found = users.all()
    assert [user.name for user in found] == sorted(user.name for user in found)
    assert {user.created_at for user in found} == {NOW}
    assert {user.created_at.tzinfo for user in found} == {UTC}


def test_a_moment_without_a_zone_is_not_taken(users: Users) -> None:
    with pytest.raises(sa.exc.StatementError, match="zone"):
        users.add("ada", "viewer", now=NOW.replace(tzinfo=None))
    assert not users.any()


def test_a_viewer_is_no_admin(users: Users) -> None:
    viewer = users.who(f"Bearer {users.add('ada', 'viewer', now=NOW)}", loopback=True)
    with pytest.raises(Denied, match="viewer"):
        need_admin(viewer)
    need_admin(users.who(f"Bearer {users.add('bo', 'admin', now=NOW)}", loopback=True))


def test_every_look_of_many_threads_is_there_after_closing(engine: Engine) -> None:
    with Trail(engine) as trail, ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: trail.add(look(number)), range(5_000)))
    with engine.connect() as connection:
        things = list(connection.execute(sa.select(AUDIT.c.thing)).scalars())
    assert sorted(things) == sorted(f"importer:{number}" for number in range(5_000))


def test_a_look_is_written_within_a_second_without_closing(engine: Engine) -> None:
    with Trail(engine) as trail:
        trail.add(look(1))
        time.sleep(1.0)
        assert looks(engine, limit=10, cursor="")[0] == [look(1)]
        assert trail.waiting() == 0


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
    assert looks(engine, limit=10, cursor="9" * 18)[0] == seen
    with pytest.raises(Invalid):
        looks(engine, limit=3, cursor="x")


def test_the_moment_of_a_look_is_told_in_utc(engine: Engine) -> None:
    record(engine, Look(NOW.astimezone(timezone(-timedelta(hours=8))), "ada", "search", "wire"))
    ((found,), _) = looks(engine, limit=1, cursor="")
    assert (found.at, found.at.tzinfo) == (NOW, UTC)


@pytest.mark.parametrize("text", ["a\0b", "\ud800", "x" * 5_000, "Zoë 🚢"])
def test_no_look_can_hold_up_those_after_it(engine: Engine, text: str) -> None:
    with Trail(engine) as trail:
        trail.add(Look(NOW, text, text, text, text))
        trail.add(look(2))
    (second, first), _ = looks(engine, limit=10, cursor="")
    assert second == look(2)
    assert first.thing == text.replace("\0", "\N{REPLACEMENT CHARACTER}").replace("\ud800", "?")
    assert (first.person, first.action, first.request_id) == (first.thing[:64], first.thing[:32], first.thing[:64])


@pytest.mark.parametrize("statement", ["DELETE FROM audit", "UPDATE audit SET person = 'nobody'"])
def test_a_row_can_neither_be_changed_nor_removed(engine: Engine, statement: str) -> None:
    record(engine, look(1))
    with pytest.raises(sa.exc.IntegrityError, match="only be added"), engine.begin() as connection:
        connection.execute(sa.text(statement))
    assert looks(engine, limit=10, cursor="")[0] == [look(1)]


def test_looks_wait_for_a_database_that_comes_back(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(sa.text("ALTER TABLE audit RENAME TO elsewhere"))
    with Trail(engine) as trail:
        trail.add(look(1))
        time.sleep(0.8)
        assert trail.waiting() == 1
        with engine.begin() as connection:
            connection.execute(sa.text("ALTER TABLE elsewhere RENAME TO audit"))
    assert looks(engine, limit=10, cursor="")[0] == [look(1)]


def test_what_cannot_be_audited_is_not_shown(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.audit.trail._QUEUE_LOOKS", 10)
    monkeypatch.setattr("api.audit.trail._PATIENCE_S", 1.0)
    with engine.begin() as connection:
        connection.execute(sa.text("DROP TABLE audit"))
    with Trail(engine) as trail:
        trail.add(look(0))
        time.sleep(0.8)  # the writer has tried and failed
        with pytest.raises(Unavailable, match="audit"):
            for number in range(2_000):
                trail.add(look(number))


def test_what_could_not_be_written_before_the_end_is_in_the_log(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.audit.trail._PATIENCE_S", 1.0)
    with engine.begin() as connection:
        connection.execute(sa.text("DROP TABLE audit"))
    with structlog.testing.capture_logs() as lines, Trail(engine) as trail:
        for number in range(1_500):  # more than one batch
            trail.add(look(number))
    kept = [(line["thing"], line["person"], line["at"]) for line in lines if line["event"] == "look_not_in_audit"]
    assert kept == [(f"importer:{number}", "ada", NOW.isoformat()) for number in range(1_500)]


def test_what_a_table_that_is_gone_was_asked_is_unavailable(users: Users, engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(sa.text("DROP TABLE users"))
    with pytest.raises(Unavailable, match="users"):
        users.all()


def test_a_judgement_is_kept_with_who_why_and_when(engine: Engine) -> None:
    judgements = Judgements(engine)
    given = judgements.add(
        "manufacturer:B", "importer:A", "same", reason="one officer, one phone", person="ada", now=NOW
    )
    assert (given.left, given.right, given.verdict, given.person, given.at, given.stands) == (
        "importer:A", "manufacturer:B", "same", "ada", NOW, True,
    )  # fmt: skip
    assert judgements.all() == (given,)
    assert judgements.all(entities=("importer:A",)) == (given,)
    assert judgements.all(entities=("importer:C",)) == ()


def test_a_withdrawn_judgement_stays_on_file_and_no_longer_stands(engine: Engine) -> None:
    judgements = Judgements(engine)
    given = judgements.add("importer:A", "importer:B", "different", reason="two plants", person="ada", now=NOW)
    later = NOW + timedelta(days=2)
    taken = judgements.withdraw(given.number, person="bob", now=later)
    assert (taken.withdrawn_by, taken.withdrawn_at, taken.stands) == ("bob", later, False)
    assert judgements.all(standing=True) == ()
    assert judgements.all() == (taken,)
    with pytest.raises(Conflict, match="already"):
        judgements.withdraw(given.number, person="ada", now=later)
    with pytest.raises(NotFound):
        judgements.withdraw(given.number + 1, person="ada", now=later)


def test_a_judgement_that_contradicts_those_that_stand_is_not_kept(engine: Engine) -> None:
    judgements = Judgements(engine)
    first = judgements.add("importer:A", "importer:B", "same", reason="seen", person="ada", now=NOW)
    judgements.add("importer:B", "importer:C", "same", reason="seen", person="ada", now=NOW)
    with pytest.raises(Conflict, match="are different, and 1, 2 that they are the same"):
        judgements.add("importer:A", "importer:C", "different", reason="no", person="bob", now=NOW)
    judgements.withdraw(first.number, person="ada", now=NOW)
    judgements.add("importer:A", "importer:C", "different", reason="no", person="bob", now=NOW)
    assert len(judgements.all(standing=True)) == 2


@pytest.mark.parametrize(
    ("left", "verdict", "reason"),
    [("importer:B", "maybe", "seen"), ("importer:A", "same", "seen"), ("importer:B", "same", " ")],
)
def test_a_judgement_without_sense_is_refused(engine: Engine, left: str, verdict: str, reason: str) -> None:
    judgements = Judgements(engine)
    with pytest.raises(Invalid):
        judgements.add(left, "importer:A", verdict, reason=reason, person="ada", now=NOW)
    assert judgements.all() == ()

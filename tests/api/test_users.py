"""Who may ask."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from api.access.users import LOCAL, Users, need_admin
from api.database import USERS, open_database
from api.errors import Unauthenticated
from graph.model.errors import Conflict, Denied, Invalid, NotFound

NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def users(tmp_path: Path) -> Users:
    return Users(open_database(f"sqlite:///{tmp_path}/authored.sqlite"))


def test_without_users_whoever_sits_at_the_machine_is_local(users: Users) -> None:
    assert users.who("", loopback=True) == LOCAL


def test_without_users_nobody_gets_in_from_the_network(users: Users) -> None:
    with pytest.raises(Unauthenticated):
        users.who("", loopback=False)


def test_the_first_user_closes_the_door_for_all_without_a_token(users: Users) -> None:
    token = users.add("ada", "viewer", now=NOW)
    assert users.who(f"Bearer {token}", loopback=True).name == "ada"
    for wrong in ("", "Bearer ", "Bearer tw_wrong", f"Basic {token}", token):
        with pytest.raises(Unauthenticated):
            users.who(wrong, loopback=True)


def test_a_removed_user_is_out_at_once(users: Users) -> None:
    users.add("ada", "admin", now=NOW)
    token = users.add("bo", "viewer", now=NOW)
    users.remove("bo")
    with pytest.raises(Unauthenticated):
        users.who(f"Bearer {token}", loopback=True)
    assert [user.name for user in users.all()] == ["ada"]


def test_a_token_is_not_kept(users: Users, tmp_path: Path) -> None:
    token = users.add("ada", "viewer", now=NOW)
    engine = sa.create_engine(f"sqlite:///{tmp_path}/authored.sqlite")
    with engine.connect() as connection:
        rows = connection.execute(sa.select(USERS)).all()
    engine.dispose()
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


def test_a_viewer_is_no_admin(users: Users) -> None:
    viewer = users.who(f"Bearer {users.add('ada', 'viewer', now=NOW)}", loopback=True)
    with pytest.raises(Denied, match="viewer"):
        need_admin(viewer)
    need_admin(users.who(f"Bearer {users.add('bo', 'admin', now=NOW)}", loopback=True))

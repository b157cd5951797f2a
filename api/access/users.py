"""Who may ask: users with tokens, of which only a hash is kept.

Invariant: a token is shown once, when it is made. While no user exists and the service is bound to
loopback, whoever asks is `local`; as soon as one user exists, every request needs a token.
"""

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from api.database import USERS
from api.errors import Unauthenticated
from graph.model.errors import Conflict, Denied, Invalid, NotFound

Role = Literal["viewer", "investigator", "admin"]
ROLES: tuple[Role, ...] = get_args(Role)
_NAME = re.compile(r"[\w.@-]{1,64}")


@dataclass(frozen=True, slots=True)
class Person:
    """Whoever is asking."""

    name: str
    role: Role


LOCAL = Person("local", "admin")


@dataclass(frozen=True, slots=True)
class User:
    """A person with a token."""

    name: str
    role: Role
    created_at: datetime


class Users:
    """The users of one authored database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, name: str, role: Role, *, now: datetime) -> str:
        """Make a user and return the token: 256 random bits, so a plain hash of it can be kept."""
        if not _NAME.fullmatch(name):
            raise Invalid(
                f"{name!r} cannot be a user's name.",
                thing="user",
                value=name,
                next_step="Use 1 to 64 letters, digits, dots, hyphens, underscores or @.",
            )
        token = f"tw_{secrets.token_urlsafe(32)}"
        row = {"name": name, "role": role, "token_hash": _hash(token), "created_at": now}
        try:
            with self._engine.begin() as connection:
                connection.execute(USERS.insert().values(row))
        except sa.exc.IntegrityError as error:
            raise Conflict(
                f"There is a user {name} already.",
                thing="user",
                value=name,
                next_step=f"For a new token: `tidewaiter user remove {name}`, then add again.",
            ) from error
        return token

    def remove(self, name: str) -> None:
        """Take a user's access away at once; what the audit says of them stays."""
        with self._engine.begin() as connection:
            removed = connection.execute(USERS.delete().where(USERS.c.name == name)).rowcount
        if not removed:
            raise NotFound(
                f"There is no user {name}.", thing="user", value=name, next_step="See `tidewaiter user list`."
            )

    def all(self) -> tuple[User, ...]:
        """All users, by name."""
        with self._engine.connect() as connection:
            rows = connection.execute(sa.select(USERS).order_by(USERS.c.name)).all()
        return tuple(User(row.name, row.role, row.created_at) for row in rows)

    def any(self) -> bool:
        """Whether a user exists."""
        with self._engine.connect() as connection:
            return connection.execute(sa.select(USERS.c.name).limit(1)).first() is not None

    def who(self, authorization: str, *, loopback: bool) -> Person:
        """The person behind an `Authorization` header; `Unauthenticated` when a token is needed and not good."""
        token = authorization[7:].strip() if authorization[:7].lower() == "bearer " else ""
        with self._engine.connect() as connection:
            if token:
                row = connection.execute(sa.select(USERS).where(USERS.c.token_hash == _hash(token))).first()
                if row is not None:
                    return Person(row.name, row.role)
            anybody = connection.execute(sa.select(USERS.c.name).limit(1)).first() is not None
        if loopback and not anybody:
            return LOCAL
        raise Unauthenticated(
            "The token is not known." if token else "A token is needed.",
            thing="Authorization",
            next_step="Send `Authorization: Bearer TOKEN`; `tidewaiter user add NAME` makes a token.",
        )


def need_investigator(person: Person) -> None:
    """`Denied` unless the person may decide something: an investigator or an admin."""
    if person.role == "viewer":
        raise Denied(
            f"{person.name} is a viewer; this needs an investigator.",
            thing="role",
            value=person.role,
            next_step="Ask an investigator, or make one with `tidewaiter user add NAME --role investigator`.",
        )


def need_admin(person: Person) -> None:
    """`Denied` unless the person is an admin."""
    if person.role != "admin":
        raise Denied(
            f"{person.name} is {'an' if person.role[0] in 'aeiou' else 'a'} {person.role}; this needs an admin.",
            thing="role",
            value=person.role,
            next_step="Ask an admin, or make an admin with `tidewaiter user add NAME --role admin`.",
        )


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()

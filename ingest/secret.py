"""The home's secret, with which social security numbers are replaced by tokens.

Invariant: made once for a home, readable by its owner alone, never shown; without it the tokens say nothing.
"""

import os
import secrets
from pathlib import Path

_FILE = "secret.key"


def ssn_secret(home: Path) -> str:
    """The secret of a home directory; made when first asked for. Call only while holding `writing`."""
    path = home / _FILE
    if not path.exists():
        beside = home / f".{_FILE}"
        beside.unlink(missing_ok=True)
        with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(secrets.token_hex(32))
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
    return path.read_text(encoding="ascii").strip()

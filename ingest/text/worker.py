"""A process that reads files for another: `python -m ingest.text.worker`; see `ingest.child_process`.

Invariant: whatever a file does to its parser, it does it here, and the answer is a reading or a problem in words.
"""

import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from graph.model.errors import TidewaiterError
from ingest.child_process import MEMORY_BYTES, answer_requests
from ingest.text.reading import EMAIL, MSG, Told, format_of, read
from ingest.text.unpacked import Allowance

_RECURSION = 400  # parsers of hostile files recurse; far below what would overrun the stack


def answer(request: Mapping[str, object], told: Told) -> dict[str, object]:
    """What becomes of one request: a reading, what was unpacked, or a problem."""
    path, name = Path(str(request["path"])), str(request["name"])
    try:
        if request["do"] == "read":
            return {"reading": asdict(read(path, name, told))}
        return _unpacked(path, name, request)
    except TidewaiterError as error:
        return {"problem": error.message, "next_step": error.next_step}
    except MemoryError:
        return {
            "problem": f"{name} needs more than {MEMORY_BYTES // 1024**2:,} MiB of memory to be read.",
            "next_step": "Split it, or save it in another format.",
        }
    except RecursionError:
        return {"problem": f"{name} is nested too deep to be read.", "next_step": "Save it in another format."}
    except Exception as error:  # a parser's own mistake over a file: the file's fate, not the load's
        return {
            "problem": f"{name} cannot be read: {type(error).__name__}: {str(error)[:200]}.",
            "next_step": "Open it in its own program and save it again, as PDF or text.",
        }


def _unpacked(path: Path, name: str, request: Mapping[str, object]) -> dict[str, object]:
    from ingest.text.archive import unpack_zip
    from ingest.text.email import unpack_email
    from ingest.text.msg import unpack_message

    allowance = Allowance(int(str(request["bytes_left"])), int(str(request["files_left"])))
    unpack = {EMAIL: unpack_email, MSG: unpack_message}.get(format_of(path), unpack_zip)
    found = unpack(path, name, Path(str(request["into"])), allowance)
    return {**asdict(found), "bytes_left": allowance.bytes_left, "files_left": allowance.files_left}


def main() -> None:
    """Answer requests until there are no more."""
    sys.setrecursionlimit(_RECURSION + 600)
    answer_requests(answer)


if __name__ == "__main__":
    main()

"""Letters recognised in a picture, by tesseract where it is installed.

Invariant: what comes from here is marked as recognised by whoever asks; a picture takes bounded time, and one that
was given up is told from one without letters.
"""

import shutil
import subprocess
from functools import cache
from pathlib import Path

MOST_SCANS = 50  # pages of a document that are recognised: at a second or two each, a file must come to its end
SECONDS = 50  # of a picture; a reader is ended when it is silent for ten more


@cache
def installed() -> str:
    """Where tesseract is; blank where it is not."""
    return shutil.which("tesseract") or ""


def text_of(dots: bytes, width: int, height: int) -> str | None:
    """The letters in a picture of grey dots; None where it takes too long or tesseract gives up."""
    picture = b"P5 %d %d 255\n" % (width, height) + dots
    return _recognised("stdin", "--dpi", "300", picture=picture)


def text_of_file(path: Path, page: int) -> str | None:
    """The same of a page, from 0, of a PNG, JPEG or TIFF."""
    return _recognised(str(path.resolve()), "-c", f"tessedit_page_number={page}")


def _recognised(source: str, *options: str, picture: bytes = b"") -> str | None:
    try:
        done = subprocess.run(  # noqa: S603 - a fixed command; a picture goes in by the pipe or by a path of ours
            [installed(), source, "stdout", "-l", "eng", *options],
            input=picture,
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
    except (subprocess.TimeoutExpired, OSError):
        return None
    return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else None


def given_up(pages: int, count: int) -> str:
    """What a person should know of pages of a document that were given up."""
    return (
        f"{pages} of {count} pages were given up by tesseract, or took it more than {SECONDS} seconds: split the"
        " document, or save it anew, and load it when the machine is less busy"
    )

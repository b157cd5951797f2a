"""The text of a web page, block by block.

Invariant: each character of the page that a browser would show stands in the text once, in the page's order.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from selectolax.lexbor import LexborHTMLParser, LexborNode

from ingest.text.plain import decoded_bytes
from ingest.text.reading import HTML, Reading, Told, tidied

_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?([A-Za-z0-9_.:-]{2,40})", re.IGNORECASE)
_CHARSET_WITHIN = 4096
_HIDDEN = frozenset({"script", "style", "template", "noscript", "head", "title", "svg", "-comment"})
_BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "div", "dl", "dt",
    "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li",
    "main", "nav", "ol", "p", "pre", "section", "table", "tbody", "tfoot", "thead", "tr", "ul",
})  # fmt: skip
_CELLS = frozenset({"td", "th"})
_BLANKS = re.compile(r"[ \t\r\n\f]+")


def read(path: Path, _name: str, _told: Told) -> Reading:
    """The page's text and title."""
    page = decoded_page(path.read_bytes())
    return Reading(HTML, tidied(text_of_page(page)), title=title_of_page(page))


def decoded_page(raw: bytes) -> str:
    """A page's characters, by its mark, by what it says of its own encoding, or as UTF-8 or Windows-1252."""
    declared = _CHARSET.search(raw[:_CHARSET_WITHIN])
    if declared and not raw.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        name = declared.group(1).decode("ascii").lower()
        try:
            # Browsers take these for Windows-1252, which has the characters that writers of pages meant.
            return raw.decode("cp1252" if name in {"us-ascii", "ascii", "iso-8859-1", "latin1"} else name)
        except (LookupError, UnicodeError, ValueError):
            pass
    return decoded_bytes(raw)[0]


def title_of_page(page: str) -> str:
    """What the page's window would be called."""
    found = LexborHTMLParser(page).css_first("title")
    return " ".join(found.text().split()) if found else ""


def text_of_page(page: str) -> str:
    """The text of a page: a blank line between blocks, a tab between the cells of a row.

    >>> text_of_page("<p>One <b>two</b></p><table><tr><td><p>a</p></td><td>b</td></tr></table>")
    'One two\\n\\na\\tb'
    """
    body = LexborHTMLParser(page).body
    blocks: list[str] = [""]
    in_cell = False
    for node, leaving in _steps(body):
        tag = node.tag or ""
        if tag == "-text":
            blocks[-1] += _BLANKS.sub(" ", node.text(deep=False) or "")
        elif tag == "br":
            blocks[-1] += "\n"
        elif tag in _CELLS:
            in_cell = not leaving
            if not leaving and blocks[-1].strip():
                blocks[-1] = blocks[-1].rstrip(" \n") + "\t"
        elif tag in _BLOCKS and (not in_cell or tag in {"table", "tr"}):
            blocks.append("")
        elif tag in _BLOCKS and blocks[-1] and not blocks[-1].endswith(("\t", "\n")):
            blocks[-1] += "\n"  # between the blocks of a cell
    return "\n\n".join(tidy for block in blocks if (tidy := _tidy(block)))


def _steps(body: LexborNode | None) -> Iterator[tuple[LexborNode, bool]]:
    """Every node that a browser shows, in order, and again when it is left; letters and line breaks come once.

    Step by step rather than by recursion: a page may be nested deeper than any stack.
    """
    node, leaving = body, False
    while node is not None:
        alone = node.tag in {"-text", "br"}
        if node.tag not in _HIDDEN and not (leaving and alone):
            yield node, leaving
        below = None if leaving or alone or node.tag in _HIDDEN else node.child
        if below is not None:
            node, leaving = below, False
        elif not leaving and not alone and node.tag not in _HIDDEN:
            leaving = True
        elif node is body or node.tag == "body":
            return
        elif node.next is not None:
            node, leaving = node.next, False
        else:
            node, leaving = node.parent, True


def _tidy(block: str) -> str:
    lines = (re.sub(" *\t *", "\t", line).strip() for line in block.split("\n"))
    return "\n".join(lines).strip()

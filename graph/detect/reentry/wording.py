"""The words that findings of this kind share: how goods stood, lists, and how much a match says."""

from graph.detect.reentry import lots

STANDING = {
    lots.REFUSED: "refused",
    lots.SEIZED: "seized",
    lots.DISCREPANT: "found discrepant",
    lots.UNRESOLVED: "held without release",
}


def listed(words: list[str]) -> str:
    """Words in a row, as one says them.

    >>> listed(["weight"]), listed(["weight", "value", "maker"])
    ('weight', 'weight, value and maker')
    """
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " and " + words[-1] if words else ""


def times(bits: float) -> str:
    """How many times as likely something is, given log2 of it, as one says it.

    >>> times(8.0), times(3.2), times(30.0)
    ('about 260 times as likely', 'about 9 times as likely', 'more than a million times as likely')
    >>> times(0.3), times(-2.0)
    ('hardly more likely', 'less likely')
    """
    if bits < 1:
        return "hardly more likely" if bits >= 0 else "less likely"
    if bits >= 20:
        return "more than a million times as likely"
    return f"about {float(f'{2**bits:.2g}'):,.0f} times as likely"

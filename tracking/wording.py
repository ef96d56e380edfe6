"""What counts as words: a reason that says nothing is none."""


def says_something(text: str) -> bool:
    """Return whether a text holds a letter, a character of a script or a digit.

    Blanks, marks and characters that have no width do not make a reason.

    Examples
    --------
    >>> says_something("查过现场"), says_something(" …。")
    (True, False)
    """
    return any(c.isalnum() for c in text)

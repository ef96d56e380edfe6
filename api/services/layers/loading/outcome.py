"""What a load came to, and how it is written."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from api.services.layers.loading.difference import Difference


@dataclass(frozen=True)
class Outcome:
    """A difference that was checked, and its writing.

    Attributes
    ----------
    difference : Difference
    key : str
        Field that names a row to a person.
    codes : tuple of int
        Padded codes of the rows of the file.
    notes : tuple of str
        What a person should know.
    write : callable
        Writes the difference in a transaction.
    made : int
        Parent regions that are put together because nobody delivered them.
    """

    difference: Difference
    key: str
    codes: tuple[int, ...]
    notes: tuple[str, ...]
    write: Callable[[Session], None]
    made: int = 0

    @property
    def counts(self) -> dict[str, int]:
        """Number of rows of each sort; ``made`` only where there are some."""
        counts = self.difference.counts
        return counts | {"made": self.made} if self.made else counts

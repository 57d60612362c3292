"""Texts that stand for numbers, kept so that they come back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Optional, Union

from ._library import InvalidError
from ._values import Number, nearest

FIELDS = ("journey", "id", "customer")
Kept = Union[bool, str, Iterable[str]]


class Texts:
    """The texts of journeys, ids and customers, as far as they are to be kept, by the numbers that they stand for. A text of
    digits is its number, and so needs no place here."""

    def __init__(self, kept: Kept) -> None:
        """kept: True, False, or names of the fields."""
        names = FIELDS if kept is True else () if kept is False else (kept,) if isinstance(kept, str) else tuple(kept)
        for name in names:
            if name not in FIELDS:
                raise InvalidError(f"keep_texts: there is no field {name!r} whose texts are kept; {nearest(str(name), FIELDS)}")
        self.kept = frozenset(names)
        self.seen: set[str] = set()  # fields of which there was such a text
        self.by_number: dict[int, str] = {}

    def meet(self, field: str, number: int, text: str) -> None:
        """Keeps a text. InvalidError if another one has its number: then two things would be one."""
        if number >> 63 and field in self.kept:
            other = self.by_number.setdefault(number, text)
            if other != text:
                raise InvalidError(f"{field}: {text!r} stands for the same number as {other!r}, so two would be one; an engine "
                                   "with a text_key tells them apart")
            self.seen.add(field)

    def shown(self, field: str, number: int) -> Optional[Number]:
        """What stands for a number of a field: its text, where the field has had such texts; None for 0."""
        if not number:
            return None
        return self.by_number.get(number, str(number)) if field in self.seen else number

    def names(self, field: str, numbers: Iterable[int]) -> Optional[Mapping[int, Any]]:
        """What stands for numbers of a field; None if they stand for themselves."""
        return {number: self.shown(field, number) for number in numbers} if field in self.seen else None

    def forget(self, numbers: Iterable[int]) -> None:
        for number in numbers:
            self.by_number.pop(number, None)

    def join(self, other: Texts) -> None:
        """Takes what another engine has kept."""
        for number, text in other.by_number.items():
            self.by_number.setdefault(number, text)
        self.seen |= other.seen & self.kept

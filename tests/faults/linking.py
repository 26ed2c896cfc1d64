"""The attacker: matches used codes to responses by whatever order or mark the evidence keeps, and is judged against chance.

A cell is what is known of both sides – unit, field, stage, day. Within each, codes are ranked by one signal and responses by
another and matched rank by rank. Two tests, each against random matching: the number of right matches (by chance one per
cell, whatever its size; its distribution is exact), and whether the two ranks go together at all, forwards or backwards
(variance under permutation exact, tail normal), which sees an order that is right but shifted by one.
"""

import math
import random
import struct
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

Cell = tuple[str, str, str, str]
Key = bytes | UUID
Signal = Mapping[Key, object]
"""A value by which keys can be put in order; keys without one are guessed."""

SQLITE_PAGE, SQLITE_FRAME, POSTGRESQL_PAGE = 4096, 4096 + 24, 8192


@dataclass(frozen=True)
class Link:
    """One code spent for one response: the truth, which only the test knows."""

    cell: Cell
    code: bytes
    response: UUID


@dataclass
class Signals:
    """Everything that might put codes in order, and responses."""

    codes: dict[str, dict[Key, object]] = field(default_factory=dict)
    responses: dict[str, dict[Key, object]] = field(default_factory=dict)


@dataclass(frozen=True)
class Finding:
    """How one pair of signals did."""

    code_signal: str
    response_signal: str
    hits: int
    expected: int
    p_hits: float
    p_order: float

    @property
    def p(self) -> float:
        """The smaller of the two, corrected for being two."""
        return min(1.0, 2 * min(self.p_hits, self.p_order))


@dataclass(frozen=True)
class Verdict:
    """Every pair of signals, and the cells in which nothing has to be guessed."""

    findings: tuple[Finding, ...]
    n_cells: int
    n_single: int
    """Cells with a single response: there the day alone joins code and response. Reported, not counted."""

    @property
    def p(self) -> float:
        """Of the best pair, corrected for their number (Bonferroni)."""
        return min(1.0, min(finding.p for finding in self.findings) * len(self.findings))

    @property
    def best(self) -> Finding:
        """The pair that did best."""
        return min(self.findings, key=lambda finding: finding.p)


def attack(links: Sequence[Link], signals: Signals, dice: random.Random) -> Verdict:
    """Match by every pair of signals. `dice` decide between equal ranks."""
    cells: dict[Cell, list[Link]] = {}
    for link in links:
        cells.setdefault(link.cell, []).append(link)
    guessed = [cell for cell in cells.values() if len({link.response for link in cell}) > 1]
    one_to_one = [cell for cell in guessed if len({link.response for link in cell}) == len(cell)]
    by_chance = _hits_by_chance([len(cell) for cell in one_to_one])
    findings = []
    for code_name, codes in signals.codes.items():
        for response_name, responses in signals.responses.items():
            hits = sum(_count_hits(cell, codes, responses, dice) for cell in one_to_one)
            p_order = _p_of_common_order(guessed, codes, responses)
            findings.append(Finding(code_name, response_name, hits, len(one_to_one), float(by_chance[hits:].sum()), p_order))
    return Verdict(tuple(findings), len(guessed), len(cells) - len(guessed))


def _count_hits(cell: list[Link], codes: Signal, responses: Signal, dice: random.Random) -> int:
    by_code = sorted(cell, key=lambda link: (_sortable(codes.get(link.code)), dice.random()))
    by_response = sorted(cell, key=lambda link: (_sortable(responses.get(link.response)), dice.random()))
    return sum(left is right for left, right in zip(by_code, by_response, strict=True))


def _sortable(value: object) -> tuple[bool, object]:
    return (value is not None, value if value is not None else 0)


def _hits_by_chance(sizes: Iterable[int]) -> NDArray[np.float64]:
    """Probability of each number of right matches over cells of these sizes: fixed points of random permutations, convolved."""
    total: NDArray[np.float64] = np.ones(1)
    for n in sizes:
        deranged = [1.0, 0.0]
        while len(deranged) <= n:
            deranged.append((len(deranged) - 1) * (deranged[-1] + deranged[-2]))
        of_cell = [deranged[n - k] / (math.factorial(k) * math.factorial(n - k)) for k in range(n + 1)]
        total = np.convolve(total, np.array(of_cell))
    return total


def _p_of_common_order(cells: Iterable[list[Link]], codes: Signal, responses: Signal) -> float:
    score = variance = 0.0
    for cell in cells:
        left = _ranks([codes.get(link.code) for link in cell])
        right = _ranks([responses.get(link.response) for link in cell])
        score += float(left @ right)
        variance += float(left @ left) * float(right @ right) / (len(cell) - 1)
    return math.erfc(abs(score) / math.sqrt(2 * variance)) if variance else 1.0


def _ranks(values: list[object]) -> NDArray[np.float64]:
    """Ranks around zero; equal values share theirs."""
    order = sorted(range(len(values)), key=lambda i: _sortable(values[i]))
    ranks = np.empty(len(values))
    start = 0
    while start < len(order):
        stop = start
        while stop < len(order) and _sortable(values[order[stop]]) == _sortable(values[order[start]]):
            stop += 1
        ranks[order[start:stop]] = (start + stop - 1) / 2
        start = stop
    return ranks - float(ranks.mean())


# Reading bytes: files, dumps, logs


def find_places(blob: bytes, forms: Mapping[Key, Sequence[bytes]]) -> dict[Key, list[int]]:
    """Every offset at which a key stands in a file, in any of the forms it may be written in (each at least 8 bytes)."""
    if len(blob) < 8:
        return {}
    starts: dict[int, list[tuple[bytes, Key]]] = {}
    for key, spellings in forms.items():
        for spelling in spellings:
            starts.setdefault(int.from_bytes(spelling[:8], "little"), []).append((spelling, key))
    wanted = np.fromiter(starts, dtype="<u8")
    found: dict[Key, list[int]] = {}
    for shift in range(8):
        words = np.frombuffer(blob, dtype="<u8", offset=shift, count=(len(blob) - shift) // 8)
        for position in np.flatnonzero(np.isin(words, wanted)).tolist():
            offset = position * 8 + shift
            for spelling, key in starts[int(words[position])]:
                if blob.startswith(spelling, offset):
                    found.setdefault(key, []).append(offset)
    return {key: sorted(offsets) for key, offsets in found.items()}


def order_by_place(name: str, blob: bytes, forms: Mapping[Key, Sequence[bytes]], page: int) -> dict[str, dict[Key, object]]:
    """Orders a file gives: first and last place, place within its page counted from the end (pages fill backwards), number of images.

    In a log, where pages follow each other in the order of time: the page in which a key first stood, and the one in which its row
    first looked as it does now – the bytes before a key are the row's header, which changes when the code is used.
    """
    places = find_places(blob, forms)

    def settled(at: list[int]) -> int:
        now = blob[max(0, at[-1] - 6) : at[-1]]
        return next(offset for offset in at if blob[max(0, offset - 6) : offset] == now)

    orders: dict[str, Callable[[list[int]], object]] = {
        "first": lambda at: at[0],
        "last": lambda at: at[-1],
        "within page": lambda at: (at[0] // page, -(at[0] % page)),
        "last within page": lambda at: (at[-1] // page, -(at[-1] % page)),
        "images": len,
        "first page": lambda at: at[0] // page,
        "settled page": lambda at: settled(at) // page,
    }
    return {f"{name}: {order}": {key: of(at) for key, at in places.items()} for order, of in orders.items()}


def read_marks(heap: bytes, forms: Mapping[Key, Sequence[bytes]]) -> dict[Key, list[tuple[int, int]]]:
    """(xmin, xmax) of every image of a key's row in a PostgreSQL heap file, dead ones too, by the page format's line pointers."""
    places = find_places(heap, forms)
    marks: dict[Key, list[tuple[int, int]]] = {}
    tuples: dict[int, list[tuple[int, int]]] = {}
    for key, offsets in places.items():
        for offset in offsets:
            number = offset // POSTGRESQL_PAGE
            if number not in tuples:
                tuples[number] = _tuples_of(heap[number * POSTGRESQL_PAGE : (number + 1) * POSTGRESQL_PAGE])
            for start, length in tuples[number]:
                if start <= offset % POSTGRESQL_PAGE < start + length:
                    at = number * POSTGRESQL_PAGE + start
                    xmin, xmax = struct.unpack_from("<II", heap, at)
                    marks.setdefault(key, []).append((xmin, xmax))
    return marks


def _tuples_of(page: bytes) -> list[tuple[int, int]]:
    """Offset and length of every row image a page's line pointers reach."""
    lower = struct.unpack_from("<H", page, 12)[0]
    found = []
    for at in range(24, lower, 4):
        pointer = struct.unpack_from("<I", page, at)[0]
        offset, length = pointer & 0x7FFF, pointer >> 17
        if length:
            found.append((offset, length))
    return found

"""Channels side by side: tablet at the desk, the citizen's own telephone, paper; and the gap between the first two."""

from dataclasses import dataclass, replace

import pandas as pd

from analytics.domains import keep_answered
from analytics.tally import Tally
from app.dashboard.comparison import ChangeRow, compare_sides, tell_direction
from app.dashboard.figure import Figure
from app.dashboard.heat import as_figure
from app.dashboard.reading import Reading, as_one_cell
from app.services.figures import Figures
from app.vietnamese import CHANNELS

PHONE = ("invitation", "poster", "link")
"""Channels by which people answer on their own telephone."""


@dataclass(frozen=True, slots=True)
class ChannelRow:
    """The index of one channel; `is_part` of the row above it."""

    key: str
    name: str
    figure: Figure
    is_part: bool


@dataclass(frozen=True, slots=True)
class Channels:
    """Channels side by side. `gap` is the desk's tablet minus the telephone; None where one of them has no valid form."""

    rows: tuple[ChannelRow, ...]
    gap: ChangeRow | None
    left_out: tuple[str, ...]
    respondents: tuple[int, int]
    """Valid forms of telephone and tablet."""


def build_channels(figures: Figures, reading: Reading) -> Channels | None:
    """Every channel with responses; None where the view is of one channel alone."""
    if reading.evidence.selection.channel is not None:
        return None
    tally = keep_answered(figures.count_by(reading.evidence, "channel").by("channel"))
    names = [name for name in CHANNELS if name in set(tally.cells["channel"])]
    on_phone = [name for name in names if name in PHONE]
    sides = _phone_and_desk(tally)
    found = _compute_channels(figures, reading, tally)
    rows = [ChannelRow(name, CHANNELS[name], found[name], is_part=False) for name in names if name == "kiosk"]
    if len(on_phone) > 1:
        rows.append(ChannelRow("phone", "Điện thoại của người dân", _compute_whole(figures, reading, sides[0]), is_part=False))
    rows += [ChannelRow(name, CHANNELS[name], found[name], is_part=len(on_phone) > 1) for name in on_phone]
    rows += [ChannelRow(name, CHANNELS[name], found[name], is_part=False) for name in names if name not in ("kiosk", *PHONE)]
    respondents = (int(sides[0].n_valid[0]), int(sides[1].n_valid[0]))
    if not all(respondents):
        return Channels(tuple(rows), None, (), respondents)

    def count_pairs() -> tuple[Tally, Tally]:
        return _phone_and_desk(figures.count_by(reading.evidence, "channel", of_pairs=True).by("channel"))

    report = compare_sides(reading, sides, count_pairs)
    # One difference is looked at here: the many others of the report are no tests of this card.
    change = replace(report.overall, p_adjusted=report.overall.p)
    is_few = min(respondents) < figures.runtime.settings.n_min
    gap = ChangeRow("index", "", "Máy tính bảng tại quầy − điện thoại", change, tell_direction(change, is_few=is_few))
    return Channels(tuple(rows), gap, report.left_out, respondents)


def _phone_and_desk(tally: Tally) -> tuple[Tally, Tally]:
    """The responses by telephone and those at the desk's tablet, each in one cell."""
    channels = tally.cells["channel"]
    phone, desk = (tally.where(channels.isin(names).to_numpy(dtype=bool)).by() for names in (PHONE, ("kiosk",)))
    return phone, desk


def _compute_channels(figures: Figures, reading: Reading, tally: Tally) -> dict[str, Figure]:
    """The figure of every channel, all held against the target of the place."""
    place, names = (reading.place, reading.evidence.selection.field), tally.cells["channel"].tolist()
    cells = pd.DataFrame({"unit": [place[0]] * len(names), "field": [place[1]] * len(names)}, dtype=object)
    report = figures.compute(reading.evidence, replace(tally, dimensions=("unit", "field"), cells=cells), "overall")
    return {name: as_figure(reading, cell) for name, cell in zip(names, report.cells, strict=True)}


def _compute_whole(figures: Figures, reading: Reading, tally: Tally) -> Figure:
    one = as_one_cell(tally, reading.place, reading.evidence.selection.field)
    return as_figure(reading, figures.compute(reading.evidence, one, "overall").cells[0])

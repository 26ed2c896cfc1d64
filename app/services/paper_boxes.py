"""Locked boxes: opened by two people, counted, typed twice, and closed with a record that adds up."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app.errors import BadInputError, ForbiddenError, NotFoundError
from app.models import PaperBox, PaperCopy, PaperEntry, PaperScan, PaperSheet, Unit, User
from app.queries.units import is_within
from app.runtime import Runtime
from app.services.people import Person, Role

OFF_THE_DESK: Final[tuple[Role, ...]] = ("administrator", "analyst", "unit_head", "counter")
"""Roles that may open a box; an officer at the desk never does."""
LONGEST_DAYS: Final = 31
MOST_SHEETS: Final = 5000


class PaperRefusedError(BadInputError):
    """Something about paper that a person has to put right; `sentence` says what, in Vietnamese."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class BoxCounts:
    """What became of the sheets of a box."""

    sheets: int
    entered_first: int
    entered_second: int
    agreed: int
    settled: int
    spoiled: int
    copies: int
    unnumbered: int
    waiting: int
    """Typed by one of the two only."""
    differing: int
    """Typed by both, and not alike."""
    scanned: int = 0
    """Of the sheets entered, those with one entry read from a scan."""

    @property
    def stored(self) -> int:
        """Sheets that became responses."""
        return self.agreed + self.settled

    @property
    def left(self) -> int:
        """Sheets nobody has accounted for; below 0 when more were typed than counted."""
        return self.sheets - self.stored - self.spoiled - self.copies - self.unnumbered - self.waiting - self.differing

    @property
    def adds_up(self) -> bool:
        """Whether the record can be signed: every sheet has its place."""
        return self.left == self.waiting == self.differing == 0


def list_partners(session: Session, person: Person) -> list[User]:
    """Who may open a box with this person: people off the desk whose place overlaps theirs."""
    users = select(User).where(User.role.in_(OFF_THE_DESK), User.disabled_on.is_(None), User.name != person.name).order_by(User.name)
    return [user for user in session.scalars(users) if _overlaps(session, user.unit_key, person.unit_key)]


def _overlaps(session: Session, one: str | None, other: str | None) -> bool:
    return one is None or other is None or is_within(session, one, other) or is_within(session, other, one)


def open_box(runtime: Runtime, person: Person, *, unit_key: str, first_on: date, last_on: date, sheets: int, second_person: str) -> str:
    """Record that a box was opened; its id. Raises PaperRefusedError for a period or partner that cannot be."""
    if first_on > last_on or last_on > runtime.today() or last_on - first_on >= timedelta(days=LONGEST_DAYS):
        raise PaperRefusedError(f"Kỳ của hòm phiếu gồm từ 1 đến {LONGEST_DAYS} ngày và không ở tương lai. Mời xem lại hai ngày.")
    if not 0 <= sheets <= MOST_SHEETS:
        raise PaperRefusedError(f"Số tờ trong hòm là một số từ 0 đến {MOST_SHEETS}.")
    with runtime.database.write() as session:
        if session.get(Unit, unit_key) is None or (person.unit_key is not None and not is_within(session, unit_key, person.unit_key)):
            raise NotFoundError("no unit of this place has this key")
        partner = next((user for user in list_partners(session, person) if user.name == second_person), None)
        if partner is None or (partner.unit_key is not None and not is_within(session, unit_key, partner.unit_key)):
            raise PaperRefusedError("Người thứ hai phải là một tài khoản khác, có quyền kiểm phiếu ở đơn vị này và không làm tại quầy.")
        box = PaperBox(
            id=runtime.random_bytes(8).hex(),
            unit_key=unit_key,
            first_on=first_on,
            last_on=last_on,
            sheets=sheets,
            first_person=person.name,
            second_person=second_person,
            opened_on=runtime.today(),
        )
        session.add(box)
        return box.id


def get_box(session: Session, person: Person, box_id: str) -> PaperBox:
    """A box of the person's place. Raises NotFoundError."""
    box = session.get(PaperBox, box_id)
    if box is None or (person.unit_key is not None and not is_within(session, box.unit_key, person.unit_key)):
        raise NotFoundError("no box of this place has this number")
    return box


def lock_box(session: Session, person: Person, box_id: str) -> PaperBox:
    """The same for one of its two people, while it is open, held until the transaction ends. Raises ForbiddenError, PaperRefusedError."""
    session.execute(select(PaperBox.id).where(PaperBox.id == box_id).with_for_update())
    box = get_box(session, person, box_id)
    if person.name not in (box.first_person, box.second_person):
        raise ForbiddenError("only the two people who opened the box work on it")
    if box.closed_on is not None:
        raise PaperRefusedError("Hòm phiếu này đã chốt biên bản; không nhập hay sửa được nữa.")
    return box


def list_boxes(session: Session, unit_key: str) -> list[PaperBox]:
    """The boxes of a unit, open ones first, then newest first."""
    rows = session.scalars(select(PaperBox).where(PaperBox.unit_key == unit_key).order_by(PaperBox.opened_on.desc(), PaperBox.id))
    return sorted(rows, key=lambda box: box.closed_on is not None)


def confirm_box(runtime: Runtime, person: Person, box_id: str) -> None:
    """The second person's word that they opened and counted together. Raises ForbiddenError for anybody else."""
    with runtime.database.write() as session:
        box = lock_box(session, person, box_id)
        if person.name != box.second_person:
            raise ForbiddenError("the second person confirms the opening")
        box.confirmed_on = box.confirmed_on or runtime.today()


def count_box(session: Session, box: PaperBox) -> BoxCounts:
    """Every count of the record, from what stands in the database now."""
    states: dict[str, int] = dict.fromkeys(("agreed", "settled", "spoiled"), 0)
    by_state = select(PaperSheet.state, func.count()).where(PaperSheet.box_id == box.id).group_by(PaperSheet.state)
    states |= dict(session.execute(by_state).all())
    drafts = session.execute(select(PaperEntry.serial, PaperEntry.entered_by).where(PaperEntry.box_id == box.id)).all()
    serials = [serial for serial, _ in drafts]
    differing = _twice(serials)
    n_counted = sum(states.values())
    read_sheets = select(PaperSheet.serial).where(PaperSheet.box_id == box.id, PaperSheet.is_scanned)
    read_entries = select(PaperEntry.serial).where(PaperEntry.box_id == box.id, PaperEntry.is_scanned)
    n_scanned = len(session.scalars(read_sheets).all()) + len(session.scalars(read_entries).all())
    copies: dict[str, int] = {}
    for copy in session.scalars(select(PaperCopy).where(PaperCopy.box_id == box.id)):
        copies[copy.serial] = max(copies.get(copy.serial, 0), copy.copies)
    return BoxCounts(
        sheets=box.sheets,
        entered_first=n_counted + sum(1 for _, name in drafts if name == box.first_person),
        entered_second=n_counted + sum(1 for _, name in drafts if name == box.second_person),
        agreed=states["agreed"],
        settled=states["settled"],
        spoiled=states["spoiled"],
        copies=sum(copies.values()),
        unnumbered=box.unnumbered,
        waiting=len(set(serials) - differing),
        differing=len(differing),
        scanned=n_scanned,
    )


def _twice(serials: Sequence[str]) -> set[str]:
    return {serial for serial, n in Counter(serials).items() if n > 1}


def list_own_drafts(session: Session, box: PaperBox, person: Person) -> list[str]:
    """Numbers this person typed and the other has not: never what stands in them, never the other's."""
    mine = select(PaperEntry.serial).where(PaperEntry.box_id == box.id, PaperEntry.entered_by == person.name)
    others = select(PaperEntry.serial).where(PaperEntry.box_id == box.id, PaperEntry.entered_by != person.name)
    return sorted(set(session.scalars(mine)) - set(session.scalars(others)))


def list_differing(session: Session, box: PaperBox) -> list[str]:
    """Numbers both have typed, and not alike: waiting to be settled."""
    return sorted(_twice(list(session.scalars(select(PaperEntry.serial).where(PaperEntry.box_id == box.id)))))


def list_copies(session: Session, box: PaperBox, person: Person) -> dict[str, int]:
    """Photocopies this person noted, by number."""
    rows = select(PaperCopy.serial, PaperCopy.copies).where(PaperCopy.box_id == box.id, PaperCopy.noted_by == person.name)
    return dict(session.execute(rows.order_by(PaperCopy.serial)).all())


def close_box(runtime: Runtime, person: Person, box_id: str, *, sheets: int, unnumbered: int) -> None:
    """Close the record. Raises PaperRefusedError while a sheet is unsettled or the counts do not add up."""
    if not (0 <= sheets <= MOST_SHEETS and 0 <= unnumbered <= MOST_SHEETS):
        raise PaperRefusedError(f"Số tờ là một số từ 0 đến {MOST_SHEETS}.")
    with runtime.database.write() as session:
        box = lock_box(session, person, box_id)
        if box.confirmed_on is None:
            raise PaperRefusedError("Người thứ hai chưa xác nhận việc mở hòm.")
        box.sheets, box.unnumbered = sheets, unnumbered
        counts = count_box(session, box)
        if counts.waiting or counts.differing:
            raise PaperRefusedError(
                f"Còn {counts.waiting} phiếu mới một người nhập và {counts.differing} phiếu hai lần nhập khác nhau. "
                "Nhập và đối chiếu xong rồi mới chốt."
            )
        if counts.left:
            problem = f"còn {counts.left} tờ chưa rõ" if counts.left > 0 else f"nhập nhiều hơn số tờ đã đếm {-counts.left} tờ"
            raise PaperRefusedError(
                f"Số tờ chưa khớp: {problem}. Mời đếm lại các tờ, rồi sửa số tờ trong hòm hoặc số tờ không đọc được số phiếu."
            )
        # Pages of sheets nobody settled, such as a page without its other half: nothing may outlive the box.
        session.execute(delete(PaperScan).where(PaperScan.box_id == box.id))
        box.closed_on = runtime.today()

"""Which criteria a visit is asked when the server draws: pages without scripts, and visits on people's own phones."""

import hashlib
from collections import Counter
from threading import Lock

from kiosk.protocols import KioskServices
from kiosk.visit import Visit
from survey_forms.rotation import SEED_BYTES, draw_rotation
from survey_forms.vocabulary import Stage


class Dealer:
    """Counts the turns of this process, apart for each unit, field and stage. A restart begins anew with another seed, which is as good."""

    def __init__(self, services: KioskServices) -> None:
        self._services = services
        self._seed: bytes | None = None
        self._turns: Counter[str] = Counter()
        self._lock = Lock()

    def draw(self, visit: Visit, stage: Stage, field: str) -> tuple[str, ...]:
        """The criteria of the next visit at this place and stage."""
        label = f"{visit.desk.unit}|{field}|{stage}"
        seed, turn = self._next(label)
        return draw_rotation(visit.instrument, stage, seed=seed, label=label, turn=turn)

    def hand_over(self, visit: Visit) -> dict[str, object]:
        """What the script draws from. A tablet counts its own turns under a seed of its own; a phone, opened once, is given one of ours."""
        if visit.channel == "kiosk":
            return {"seed": None, "turn": 0}
        seed, turn = self._next(f"{visit.desk.unit}|{visit.field.code if visit.field else ''}")
        return {"seed": seed.hex(), "turn": turn}

    def _next(self, label: str) -> tuple[bytes, int]:
        with self._lock:
            if self._seed is None:
                self._seed = hashlib.sha256(self._services.new_id().bytes).digest()[:SEED_BYTES]
            turn = self._turns[label]
            self._turns[label] += 1
            return self._seed, turn

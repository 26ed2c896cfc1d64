"""The page of ranks for one province of 135 communes and for the country's 3 321, through the web application.

Run alone: `python -m tests.benchmarks.ranks [--keep FOLDER]`; the folder kept can be served and looked at.
"""

import statistics
import sys
import tempfile
import time
from pathlib import Path
from uuid import UUID

import numpy as np
from sqlalchemy import insert, select

from app import schema
from app.config import Settings
from app.factory import create_app
from app.imports.kinds import KINDS
from app.models import Field, Response, Unit
from app.runtime import open_runtime
from app.services.imports import import_file
from app.services.installation import make_installation
from app.services.instruments import publish_instruments
from app.services.people import add_user, sign_in
from survey_forms import load_shipped
from tests.app.imports.national_list import find_national_list

INSTRUMENT, FIRST_HOUR, N_EACH = "kiosk-default@1.0", 487_000, 60
PASSWORD = "mật khẩu đủ dài để đo"
ADDRESSES = {
    "province, communes": "/analytics/ranks?unit={province}",
    "country, all communes": "/analytics/ranks?level=commune",
    "country, all communes, mean of factors": "/analytics/ranks?level=commune&method=factor_mean",
    "country, all communes, mean of criteria": "/analytics/ranks?level=commune&method=criteria_mean",
    "country, all communes, file to publish": "/analytics/ranks.csv?level=commune&form=public",
    "country, overview beside it": "/analytics",
}


def run(folder: Path) -> list[tuple[str, str]]:
    """Processor milliseconds of the server per page, the middle of five loads after a first one: others may be busy too."""
    settings = Settings(data_dir=folder, secret_key="a secret only the benchmarks know, long enough")
    runtime = open_runtime(settings)
    schema.upgrade(runtime.database)
    make_installation(runtime, kind="office")
    publish_instruments(runtime)
    import_file(runtime, KINDS["units"], find_national_list(folder))
    codes = [criterion.code for criterion in load_shipped()[INSTRUMENT].criteria]
    chance = np.random.default_rng(3)
    with runtime.database.write() as session:
        session.add(Field(code="ho-tich", name="Hộ tịch", position=1))
        session.flush()
        communes = session.execute(select(Unit.key, Unit.parent_key).where(Unit.level == "commune")).all()
        for unit, _ in communes:
            happy = chance.uniform(0.7, 0.98)
            ratings = np.where(chance.random((N_EACH, len(codes))) < happy, 5, 3).tolist()
            session.execute(insert(Response), [_row(unit, dict(zip(codes, own, strict=True)), chance.bytes(16)) for own in ratings])
    largest = statistics.mode([parent for _, parent in communes])
    add_user(runtime, name="do", password=PASSWORD, role="analyst", unit_key=None, title="Người đo")
    client = create_app(runtime).test_client()
    token = sign_in(runtime, "do", PASSWORD)
    assert token is not None
    client.set_cookie("sipas_session", token)
    lines = []
    for name, address in ADDRESSES.items():
        taken = []
        for _ in range(6):
            begun = time.process_time()
            answer = client.get(address.format(province=largest))
            taken.append(time.process_time() - begun)
            assert answer.status_code == 200, answer.text[:400]
        lines.append((name, f"{statistics.median(taken[1:]) * 1000:.0f} ms, {len(answer.data) >> 10} kB"))
    runtime.database.dispose()
    return lines


def _row(unit: str, ratings: dict[str, int], id_bytes: bytes) -> dict[str, object]:
    circumstances = {"channel": "kiosk", "stage": "result", "helped": False, "coded": False}
    place = {"instrument_id": INSTRUMENT, "unit_key": unit, "field_code": "ho-tich"}
    hours = {"answered_hour": FIRST_HOUR, "received_hour": FIRST_HOUR}
    return {"id": UUID(bytes=id_bytes, version=4), "digest": b"-" * 32, "ratings": ratings, **place, **circumstances, **hours}


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="sipas-bench-") as temporary:
        kept = Path(sys.argv[2]) if "--keep" in sys.argv else Path(temporary)
        for line in run(kept):
            print(*line, sep="  ")

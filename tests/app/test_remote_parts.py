"""As a ministry runs it: parts over https behind a password, scheduler and workers over TLS, and a worker dies on the way."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from analytics.cluster import open_scheduler
from analytics.cluster.errors import import_extra
from analytics.design import Design
from analytics.index_report import Question, compute_report
from app.proxy.rendering import Place
from survey_forms import load_instrument
from tests.analytics.cluster.certificates import Certificates, make_certificates
from tests.analytics.cluster.machines import running_scheduler
from tests.analytics.cluster.provinces import add_province, count_on_one_machine, draw_provinces
from tests.analytics.cluster.test_machines import is_counting
from tests.app.test_cluster_command import INSTRUMENT
from tests.nginx import running_nginx

PASSWORD = "read the parts"
ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Served:
    """Parts behind https: where they are, and a file whose being there makes nginx send one of them a hundred bytes a second."""

    address: str
    slow: Path


@contextmanager
def serving(parts: Path, slow_part: str, certificates: Certificates) -> Iterator[Served]:
    """The folders of provinces, read-only, as an nginx gives them to who knows the password."""
    with tempfile.TemporaryDirectory(prefix="sipas-parts-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # nginx works as nobody
        for file in (file for file in parts.rglob("*") if file.is_file()):
            copy = folder / "parts" / file.relative_to(parts)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(file.read_bytes())
        (folder / "passwords").write_text(f"ministry:{{PLAIN}}{PASSWORD}\n", encoding="ascii")
        slow = folder / "slow"
        slow.touch()

        def configure(place: Place) -> str:
            return f"""
server {{
    listen {place.listen} ssl;
    ssl_certificate {certificates.certificate};
    ssl_certificate_key {certificates.key};
    auth_basic "parts";
    auth_basic_user_file {folder}/passwords;
    root {folder}/parts;
    location ~ {slow_part} {{ if (-f {slow}) {{ set $limit_rate 100; }} }}
}}
"""

        with running_nginx("", configure) as proxy:
            yield Served(proxy.address.replace("http://", "https://"), slow)


def environment(certificates: Certificates, password: str = PASSWORD) -> dict[str, str]:
    """What a machine that reads the parts is told, and the code never sees."""
    told = {"headers": {"Authorization": "Basic " + b64encode(f"ministry:{password}".encode()).decode()}}
    return {"SSL_CERT_FILE": str(certificates.authority), "FSSPEC_HTTPS": json.dumps(told)}


def start(options: list[str], told: dict[str, str]) -> "subprocess.Popen[str]":
    """The command as a person starts it."""
    program = [sys.executable, "-c", "from app.cli import main; main()", "cluster", "tally", *options]
    given = {**os.environ, **told}
    return subprocess.Popen(program, cwd=ROOT, env=given, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def find_worker_at(client: Any, part: str, counting: "subprocess.Popen[str]") -> str:
    """The worker that reads a part, once there is one."""
    until = time.monotonic() + 120
    while not (found := [worker for worker, is_at_it in client.run(is_counting, part).items() if is_at_it]):
        assert time.monotonic() < until
        assert counting.poll() is None, counting.communicate()
        time.sleep(0.1)
    return str(found[0])


def test_parts_over_https_counted_over_tls_each_once_though_a_worker_is_killed(tmp_path: Path) -> None:
    certificates = make_certificates(tmp_path / "certificates")
    provinces = draw_provinces(("ha-noi", "hue"), 1_500)
    gone = provinces["hue"].take(np.arange(200))
    add_province(tmp_path / "parts", "ha-noi", provinces["ha-noi"])
    _, _, manifest = add_province(tmp_path / "parts", "hue", provinces["hue"], gone)
    yaml = tmp_path / "demo.yaml"
    yaml.write_text(INSTRUMENT, encoding="utf-8")
    slow_part = manifest.parts[5].name
    told = environment(certificates)
    with (
        serving(tmp_path / "parts", slow_part, certificates) as served,
        running_scheduler(tmp_path, 2, certificates.dask_options, told) as scheduler,
        import_extra("dask.config").set(certificates.client_settings),
        open_scheduler(scheduler, 60) as client,
    ):
        assert scheduler.startswith("tls://")
        client.wait_for_workers(2, timeout=60)
        pid_of = client.run(os.getpid)
        options = [text for name in provinces for text in ("--parts", f"{name}={served.address}/{name}/store")]
        options += ["--instrument", str(yaml), "--by", "unit,field", "--method", "criteria_mean", "--json"]
        counting = start([*options, "--scheduler", scheduler], told | certificates.client_environment)
        stuck = find_worker_at(client, slow_part, counting)
        served.slow.unlink()  # who asks for it next gets it at once; who waits goes on waiting
        os.kill(pid_of[stuck], signal.SIGKILL)
        printed, said = counting.communicate(timeout=180)
        assert counting.returncode == 0, said
        assert len(client.scheduler_info(n_workers=-1)["workers"]) == 1
    found = json.loads(printed)
    assert [(each["province"], each["responses"], each["excluded"]) for each in found["provinces"]] == [
        ("ha-noi", 1_500, 0),
        ("hue", 1_500, 200),
    ]
    design = Design.of(load_instrument(str(yaml)))
    counted, taken = (count_on_one_machine(rows, ("unit", "field")).tally for rows in (provinces, {"hue": gone}))
    assert [cell["overall"]["answers"] for cell in found["cells"]] == [
        cell.overall.answers for cell in compute_report(counted.minus(taken), ("unit", "field"), Question()).cells
    ]
    assert design == counted.design
    assert all(cell["overall"]["se"] is not None for cell in found["cells"])


def try_to(code: str, address: str, told: dict[str, str]) -> str:
    """All that a process of its own says: its output and its complaints, the client's own on its way out among them."""
    program = [sys.executable, "-c", f"import sys; from analytics.cluster import PartsFolder, open_scheduler\n{code}", address]
    done = subprocess.run(program, cwd=ROOT, env={**os.environ, **told}, capture_output=True, text=True, check=False)
    assert PASSWORD not in done.stderr
    return done.stdout + done.stderr


def test_a_stranger_is_let_neither_to_the_parts_nor_to_the_scheduler(tmp_path: Path) -> None:
    certificates, others = make_certificates(tmp_path / "ours"), make_certificates(tmp_path / "theirs")
    add_province(tmp_path / "parts", "hue", draw_provinces(("hue",), 200)["hue"])
    ours = environment(certificates)
    with serving(tmp_path / "parts", "none", certificates) as served:
        for told, sentence in (
            (ours, "200 responses"),
            (environment(certificates, "another"), "cannot be read (ClientResponseError)"),
            (ours | {"SSL_CERT_FILE": str(others.authority)}, "cannot be read (ClientConnectorCertificateError)"),
        ):
            assert sentence in try_to(
                "print(PartsFolder(sys.argv[1], 'hue').manifest().n_rows, 'responses')", f"{served.address}/hue/store", told
            )
    foreign = replace(others, authority=certificates.authority)  # it trusts our authority, which has not signed it
    with running_scheduler(tmp_path, 1, certificates.dask_options) as scheduler:
        for told, sentence in (
            ({}, "do not agree about encryption"),
            (foreign.client_environment, "No scheduler answers"),
            (certificates.client_environment, "3 from a worker"),
        ):
            code = f"with open_scheduler(sys.argv[1], {60 if 'worker' in sentence else 5}) as client:\n"
            code += "    print(client.submit(sum, [1, 2]).result(), 'from a worker')"
            assert sentence in try_to(code, scheduler, told)

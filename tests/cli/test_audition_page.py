"""`soundscape audition`: the page without a name, variations with one."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
import soundfile

from soundscape.cli import main


def test_without_a_name_a_page_is_served_until_ctrl_c(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    command = [sys.executable, "-m", "soundscape", "audition", "--no-open"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None and server.stderr is not None
        address = server.stdout.readline().strip()
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/#[\w-]{20,}", address)
        with urllib.request.urlopen(address.split("#")[0], timeout=30.0) as page:
            assert "<title>Audition" in page.read().decode()
        server.send_signal(signal.SIGINT)
        assert server.wait(30) == 0
        assert "Traceback" not in server.stderr.read()


def test_a_port_that_is_taken_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert main(["audition", "--no-open", "--port", str(port)]) == 2
    error = capsys.readouterr().err.strip()
    assert f"port {port}" in error and "\n" not in error


def test_variations_move_parameters_by_the_share_that_is_given(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written = {}
    for amount in ("0", "0.3"):
        out = tmp_path / amount
        given = ["--seconds", "2", "--vary", "2", "--amount", amount, "--no-play", "-o", str(out)]
        assert main(["audition", "whoosh-fast", *given]) == 0
        written[amount] = [soundfile.read(path)[0] for path in sorted(out.glob("*.wav"))]
    capsys.readouterr()
    (seeded, plain), (varied, same) = written["0"], written["0.3"]  # …-2.wav sorts before ….wav
    assert (plain == same).all()
    assert not (seeded == varied).all()

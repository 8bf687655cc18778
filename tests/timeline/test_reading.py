"""Which reader reads a file, and what happens to files that none can."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from soundscape.errors import TimelineError
from soundscape.timeline import formats, read

CSV = "shot,duration\n1,2s\n"
EDL = "TITLE: X\n001 AX V C 00:00:00:00 00:00:02:00 01:00:00:00 01:00:02:00\n"


def written(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize("name", ["cut.edl", "CUT.EDL", "cut.txt", "cut.unknown", "cut"])
def test_an_edit_list_is_known_by_suffix_or_content(tmp_path: Path, name: str) -> None:
    assert read(written(tmp_path, name, EDL))[0].title == "X"


def test_content_overrules_a_suffix_of_another_format_and_format_overrules_all(tmp_path: Path) -> None:
    path = written(tmp_path, "list.txt", CSV)
    with pytest.raises(TimelineError, match=r"nothing in it looks like .*--format"):
        read(path)
    assert len(read(path, format="shotlist")[0].shots) == 1


def test_an_unknown_format_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(TimelineError, match=r'no format "xyz"; allowed: .*edl.*shotlist'):
        read(written(tmp_path, "a.csv", CSV), format="xyz")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "empty"),
        (b" \n\n", "empty"),
        (b"\x00" * 5000, "is not text|looks like"),
        (bytes(range(256)) * 20, "is not text|looks like"),
    ],
)
@pytest.mark.parametrize("name", ["a.csv", "a.edl"])
def test_what_is_no_text_is_refused_in_one_line(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    path = written(tmp_path, name, content)
    with pytest.raises(TimelineError, match=message) as caught:
        read(path)
    assert str(caught.value).startswith(str(path)) and "\n" not in str(caught.value)


def test_a_file_that_is_missing_and_a_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(TimelineError, match="cannot be read: No such file"):
        read(tmp_path / "none.csv")
    with pytest.raises(TimelineError, match="is a folder"):
        read(tmp_path)


def test_errors_of_a_reader_come_with_the_path(tmp_path: Path) -> None:
    path = written(tmp_path, "a.csv", "# fps: 23\n" + CSV)
    with pytest.raises(TimelineError, match=r"a\.csv.* is not a frame rate; allowed"):
        read(path)


def test_every_format_has_suffixes() -> None:
    assert all(suffix.startswith(".") for suffixes in formats().values() for suffix in suffixes)


def test_importing_the_package_is_cheap() -> None:
    code = (
        "import sys, soundscape.timeline; "
        "print([m for m in ('numpy', 'pysubs2', 'opentimelineio', 'av', 'numba', 'xml.etree') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"

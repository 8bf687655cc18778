from __future__ import annotations

import csv
import io
import json
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
import soundfile

from soundscape.mastering.batch import FileResult, master_files
from soundscape.mastering.page import to_html
from soundscape.mastering.report import COLUMNS, to_csv, to_json
from soundscape.mastering.target import load_target
from soundscape.model import Loudness

TARGET = load_target("ebu-r128-s1")


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> tuple[FileResult, ...]:
    folder = tmp_path_factory.mktemp("mixes")
    (folder / "out").mkdir()
    noise = np.random.default_rng(1).normal(size=(2, 48_000 * 8)) * 0.05
    soundfile.write(folder / "good & <loud>.wav", noise.T, 48_000, subtype="PCM_24")
    (folder / "bad.wav").write_text("no audio")
    return master_files([folder / "good & <loud>.wav", folder / "bad.wav"], folder / "out", TARGET)


def test_the_table_has_a_row_a_file(results: tuple[FileResult, ...]) -> None:
    rows = list(csv.DictReader(io.StringIO(to_csv(results))))
    assert tuple(rows[0]) == COLUMNS
    assert [row["status"] for row in rows] == ["on target", "failed"]
    assert [row["met"] for row in rows] == ["yes", "no"]
    assert float(rows[0]["integrated_lufs"]) == pytest.approx(-23.0, abs=0.01)
    assert rows[1]["integrated_lufs"] == ""
    assert "bad.wav" in rows[1]["notes"]


def test_the_json_is_all_that_is_known(results: tuple[FileResult, ...]) -> None:
    data = json.loads(to_json(results, TARGET))
    assert data["target"]["name"] == "ebu-r128-s1"
    assert [file["met"] for file in data["files"]] == [True, False]
    assert [check["rule"] for check in data["files"][0]["checks"]] == ["integrated", "true peak", "max short-term"]
    assert len(data["files"][0]["curve_after"]) == 6


def test_the_page_is_well_formed_and_escapes_names(results: tuple[FileResult, ...]) -> None:
    page = to_html(results, TARGET)
    opened: list[str] = []

    class Checker(HTMLParser):
        def handle_starttag(self, tag: str, _attrs: list[tuple[str, str | None]]) -> None:
            if tag not in ("meta", "br"):
                opened.append(tag)

        def handle_startendtag(self, tag: str, _attrs: list[tuple[str, str | None]]) -> None:
            pass

        def handle_endtag(self, tag: str) -> None:
            assert opened.pop() == tag

    Checker().feed(page)
    assert opened == []
    assert "good &amp; &lt;loud&gt;.wav" in page
    assert "1 of 2 files meet" in page
    assert page.count("<polyline") == 2
    assert "<script" not in page


def test_no_files_make_an_empty_page() -> None:
    assert "0 of 0 files" in to_html([], TARGET)
    assert to_csv([]).strip() == ",".join(COLUMNS)


def test_what_was_only_measured_is_shown_as_it_is_with_its_dialogue_and_leq() -> None:
    loudness = Loudness(
        integrated_lufs=-22.0, true_peak_dbtp=-3.0, sample_peak_dbfs=-3.1, loudness_range_lu=8.0,
        max_momentary_lufs=-15.0, max_short_term_lufs=-18.0, duration_s=90.0, sample_rate=48_000, channels=2,
        dialogue_lufs=-26.5, leq_m_db=84.0, leq_a_db=82.5,
    )  # fmt: skip
    result = FileResult(path=Path("a.wav"), status="measured", before=loudness, curve_before=(-22.0, -21.0))
    (row,) = csv.DictReader(io.StringIO(to_csv([result])))
    assert (row["integrated_lufs"], row["dialogue_lufs"], row["leq_m_db"]) == ("-22.00", "-26.50", "84.00")
    page = to_html([result], TARGET)
    assert "As it is; dialogue −26.5 LUFS, the programme +4.5 LU from it; Leq(m) 84.0 dB, LAeq 82.5 dB" in page
    assert "blue after" not in page
    assert "dashed −23 LUFS" in page


def test_no_name_becomes_a_formula() -> None:
    (row,) = csv.DictReader(io.StringIO(to_csv([FileResult(path=Path("=1+1.wav"), status="failed", error="-x")])))
    assert (row["file"], row["notes"]) == ("'=1+1.wav", "'-x")

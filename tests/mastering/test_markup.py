from __future__ import annotations

import struct
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
import wavinfo

from soundscape.mastering.batch import Options, master_file
from soundscape.mastering.markup import with_fields
from soundscape.mastering.riff import read_riff
from soundscape.mastering.target import load_target
from soundscape.model import Loudness
from soundscape.wav import Bext, open_wav

LOUDNESS = Loudness(
    integrated_lufs=-23.004, true_peak_dbtp=-3.0, sample_peak_dbfs=-3.1, loudness_range_lu=None,
    max_momentary_lufs=-15.0, max_short_term_lufs=-18.0, duration_s=2.0, sample_rate=48_000, channels=2,
)  # fmt: skip
IXML = (
    b"<BWFXML><PROJECT>Dunes &amp; Mines</PROJECT><SPEED><AUDIO_BIT_DEPTH>16</AUDIO_BIT_DEPTH></SPEED>"
    b"<LOUDNESS><LOUDNESS_VALUE>-16.2</LOUDNESS_VALUE><LOUDNESS_RANGE>4.0</LOUDNESS_RANGE></LOUDNESS>"
    b"<BEXT><BWF_MAX_TRUE_PEAK_LEVEL>-120</BWF_MAX_TRUE_PEAK_LEVEL></BEXT></BWFXML>"
)
ADM = (
    b"<loudnessMetadata><integratedLoudness>-16.2</integratedLoudness><maxTruePeak>-0.5</maxTruePeak>"
    b"</loudnessMetadata>"
)


def test_ixml_says_the_loudness_and_word_length_of_the_master() -> None:
    found = ElementTree.fromstring(with_fields(b"iXML", IXML, LOUDNESS, 24))
    assert found.findtext("PROJECT") == "Dunes & Mines"
    assert found.findtext("SPEED/AUDIO_BIT_DEPTH") == "24"
    assert found.findtext("LOUDNESS/LOUDNESS_VALUE") == "-23.00"
    assert found.findtext("LOUDNESS/LOUDNESS_RANGE") == ""
    assert found.findtext("BEXT/BWF_MAX_TRUE_PEAK_LEVEL") == "-300"


def test_the_audio_definition_model_says_it_too() -> None:
    found = ElementTree.fromstring(with_fields(b"axml", ADM, LOUDNESS, 24))
    assert (found.findtext("integratedLoudness"), found.findtext("maxTruePeak")) == ("-23.00", "-3.00")


def test_what_says_nothing_of_it_stays_as_it_is() -> None:
    for name, body in ((b"cue ", IXML), (b"iXML", b"<BWFXML><TAKE>3</TAKE></BWFXML>"), (b"axml", b"\xff<a>")):
        assert with_fields(name, body, LOUDNESS, 24) == body


def test_all_that_a_broadcast_wave_carries_arrives_in_its_master(tmp_path: Path) -> None:
    """Read back by `wavinfo`: timecode, description, cue points with their labels, iXML; loudness of the master."""
    (tmp_path / "out").mkdir()
    cue = struct.pack("<I", 1) + struct.pack("<II4sIII", 1, 4800, b"data", 0, 0, 4800)
    label = struct.pack("<4sII", b"labl", 9, 1) + b"Gong\0\0"
    chunks = (
        (b"bext", Bext(description="Reel 2", originator="Editor", time_reference=48_000 * 3600).chunk()),
        (b"iXML", IXML), (b"axml", ADM), (b"cue ", cue), (b"LIST", b"adtl" + label),
    )  # fmt: skip
    noise = (np.random.default_rng(3).normal(size=(2, 96_000)) * 0.05).astype(np.float32)
    with open_wav(tmp_path / "a.wav", sample_rate=48_000, channels=2, bits=16, chunks=chunks) as wav:
        wav.write(noise)
    result = master_file(tmp_path / "a.wav", tmp_path / "out", load_target("-20/-1"), options=Options(bits=24))
    written = wavinfo.WavInfoReader(str(tmp_path / "out/a.wav"))
    assert (written.bext.description, written.bext.time_reference) == ("Reel 2", 48_000 * 3600)
    assert written.bext.loudness_value == pytest.approx(-20.0, abs=0.011)
    assert written.ixml.project == "Dunes & Mines"
    assert written.cues.to_dict() == {1: {"frame": 4800, "label": "Gong"}}
    assert result.after is not None
    riff = read_riff(tmp_path / "out/a.wav")
    assert riff is not None
    carried = dict(riff.chunks)
    assert carried[b"cue "] == cue
    assert carried[b"LIST"] == b"adtl" + label
    assert b"<LOUDNESS_VALUE>-20.0" in carried[b"iXML"]
    assert b"<integratedLoudness>-20.0" in carried[b"axml"]

"""Data streams: packets that are keyed as their line says, heavy-tailed, on a grid, and clean between."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from scipy import signal

from soundscape.contract import TICK, ControlBlock
from soundscape.dsp import modem
from soundscape.layers import data
from soundscape.rng import Seed
from soundscape.units import midi_to_hz
from tests import descriptors
from tests.layers.rendering import RATE, SEED, presets_of, render

PRESETS = tuple(preset.name for preset in presets_of("data"))

RANGES = {
    "centroid_hz": (300.0, 4_000.0),
    "crest_db": (12.0, 32.0),
    "kurtosis_hp100": (3.5, 60.0),
    "onsets_per_s": (0.8, 10.0),
    "evolution_sd_db": (1.0, 9.0),
    "centroid_sd_oct": (0.2, 1.8),
}


def packets(count: int, **changes: float | str) -> list[data.Packet]:
    """What is sent in so many sessions."""
    traffic = data.Traffic(data.Params(**changes), RATE, SEED)
    return [
        packet
        for session in range(count)
        for packet in traffic.session(1_000 * session, 0, np.random.default_rng(session))
    ]


def line(**changes: float | str) -> modem.Line:
    known: dict[str, object] = {"carrier_hz": 800.0, "symbols_per_s": 100.0, "protocol": "two tones"}
    return modem.Line(**{**known, "pan": 0.0, "gain": 1.0, "wall_s": 0.01, "header": (3, 9) * 5, **changes})


@pytest.mark.parametrize(
    ("preset", "controls"),
    [(preset, {}) for preset in PRESETS]
    + [("data-stream", {name: value}) for name in data.CONTROLS for value in (0.25, 0.75)],
)
def test_it_is_busy_and_never_the_same(preset: str, controls: dict[str, float]) -> None:
    found = descriptors.describe(render(preset, 20.0, **controls), RATE, only=RANGES)
    # Fewer sessions are fewer onsets: that is what the control is for; and a slow line talks on and on.
    low = {"onsets_per_s": 0.3} if controls.get("density") == 0.25 or preset == "modem-line" else {}
    allowed = {name: (low.get(name, least), most) for name, (least, most) in RANGES.items()}
    assert not {name: found[name] for name, (least, most) in allowed.items() if not least <= found[name] <= most}


def test_lengths_of_packets_are_heavy_tailed() -> None:
    lengths = np.array([packet.length_s for packet in packets(300) if packet.kind == "data"])
    assert np.std(lengths) / np.mean(lengths) > 0.7
    assert np.max(lengths) > 8.0 * np.median(lengths)


def test_packets_of_a_session_start_on_the_grid_one_after_another() -> None:
    params = data.Params(grid=64.0)
    cell = 0.064 * RATE / TICK
    for start in range(0, 40_000, 1_000):
        sent = data.Traffic(params, RATE, SEED).session(start, start // 1_000 % 6, np.random.default_rng(start))
        assert {packet.line for packet in sent} == {sent[0].line}
        cells = np.array([packet.tick - start for packet in sent]) / cell
        assert np.abs(cells - np.round(cells)).max() < 0.06
        for packet, following in pairwise(sent[1:]):
            assert packet.tick * TICK / RATE + packet.length_s < following.tick * TICK / RATE + 0.01


def test_no_two_packets_are_the_same() -> None:
    traffic = data.Traffic(data.Params(lines=1, stuck=0.0, sweeps=0.0), RATE, SEED)
    sounds = [
        traffic.sound(data.Packet(tick=tick, line=0, length_s=0.4, gain=1.0, kind="data", key=tick))[0]
        for tick in range(8)
    ]
    likeness = np.abs(np.corrcoef(sounds) - np.eye(len(sounds)))
    assert likeness.max() < 0.98


def test_two_tones_are_keyed_at_the_symbol_rate() -> None:
    audio = modem.keyed(RATE, RATE, line(), np.random.default_rng(1)).astype(np.float64)
    phase = np.unwrap(
        np.angle(signal.hilbert(signal.sosfiltfilt(signal.butter(4, 1_400.0, fs=RATE, output="sos"), audio)))
    )
    pitch = np.diff(phase) * RATE / (2.0 * np.pi)
    middle = (np.arange(2, 98) * RATE / 100.0 + 0.4 * RATE / 100.0).astype(int)
    off = np.minimum(np.abs(pitch[middle] - 800.0), np.abs(pitch[middle] - 1_200.0))
    assert np.median(off) < 15.0
    assert {800, 1200} == set(np.where(np.abs(pitch[middle] - 800.0) < 200.0, 800, 1200))
    assert 10 < (np.abs(np.diff(pitch[middle])) > 200.0).sum() < 80


def test_a_phase_keyed_packet_flips_its_phase_and_keeps_its_pitch() -> None:
    audio = modem.keyed(RATE, RATE, line(protocol="phase"), np.random.default_rng(1)).astype(np.float64)
    carrier = np.exp(-2j * np.pi * 800.0 * np.arange(RATE) / RATE)
    baseband = signal.sosfiltfilt(signal.butter(4, 300.0, fs=RATE, output="sos"), audio * carrier)
    middle = (np.arange(2, 98) * RATE / 100.0 + 0.4 * RATE / 100.0).astype(int)
    turned = np.cos(np.angle(baseband[middle] / baseband[middle[0]]))
    assert np.abs(turned).min() > 0.9
    assert 10 < (turned < 0.0).sum() < 86


def test_two_packets_of_a_line_begin_alike_and_go_on_unlike() -> None:
    rows = [modem.payload(200, 4, line(), np.random.default_rng(seed)) for seed in (1, 2)]
    head = modem.PREAMBLE + modem.HEADER
    assert np.array_equal(rows[0][:head], rows[1][:head])
    assert np.mean(rows[0][head:] == rows[1][head:]) < 0.5


def test_a_scrambled_line_is_a_rough_band_and_the_others_are_lines() -> None:
    found = {
        protocol: descriptors.tonal_fraction(
            modem.keyed(2 * RATE, RATE, line(protocol=protocol, carrier_hz=1_700.0), np.random.default_rng(4))[
                None
            ],
            RATE,
        )
        for protocol in ("scrambled", "two tones", "side by side")
    }
    assert found["scrambled"] < 0.35 < min(found["two tones"], found["side by side"])


def test_every_protocol_keeps_to_a_band_around_its_carrier() -> None:
    for protocol in modem.PROTOCOLS:
        audio = modem.keyed(RATE, RATE, line(protocol=protocol, carrier_hz=1_200.0), np.random.default_rng(4))
        frequency, density = descriptors.spectrum(audio[None], RATE)
        inside = (frequency > 500.0) & (frequency < 4_000.0)
        assert density[inside].sum() > 0.95 * density.sum(), protocol
        assert 0.2 < np.sqrt(np.mean(audio**2)) < 0.8, protocol


def test_traffic_is_bursty_on_every_scale() -> None:
    traffic = data.Traffic(data.Params(lines=16, sessions=2.0), RATE, SEED)
    starts = []
    for _ in range(60):
        block = ControlBlock(round(10.0 * RATE / TICK), {})
        starts += [packet.tick for packet in traffic.due(block)]
    seconds = np.array(starts) * TICK / RATE
    spread = {}
    for scale_s in (0.5, 2.0, 8.0):
        counts, _ = np.histogram(seconds, np.arange(0.0, 600.0, scale_s))
        spread[scale_s] = np.var(counts) / np.mean(counts)
    # Of independent events it would be 1 on every scale.
    assert 1.5 < spread[0.5] < spread[2.0] < spread[8.0]


def test_an_open_line_hisses() -> None:
    block = ControlBlock(round(20.0 * RATE / TICK), {})
    traffic = data.Traffic(data.Params(lines=2, sessions=0.3), RATE, SEED)
    sent = traffic.due(block)
    heard = traffic.open_lines(block.ticks)
    assert (heard == 0.0).any()
    assert all(heard[packet.tick + 2] > 0.0 for packet in sent if packet.kind == "data")


def test_a_packet_begins_and_ends_without_a_step_and_holds_only_its_band() -> None:
    traffic = data.Traffic(data.Params(lines=4), RATE, SEED)
    for tick in range(12):
        packet = data.Packet(
            tick=tick, line=tick % 4, length_s=0.25, gain=1.0, kind=("data", "sweep", "stuck")[tick % 3], key=tick
        )
        audio = traffic.sound(packet)
        assert np.abs(audio[:, (0, -1)]).max() < 2e-3
        frequency, density = descriptors.spectrum(audio, RATE, size=4_096)
        assert density[frequency > 18_000.0].sum() < 1e-6 * density.sum()


@pytest.mark.parametrize(("root", "mode"), [(57, "dorian"), (60, "lydian")])
def test_carriers_stand_on_the_notes_of_the_key(root: int, mode: str) -> None:
    lines = data._lines(data.Params(root=root, mode=mode, lines=16), Seed(3))
    semitones = 12.0 * np.log2(np.array([one.carrier_hz for one in lines]) / midi_to_hz(root))
    away = np.abs((semitones[:, None] - np.array(data.MODES[mode]) + 6.0) % 12.0 - 6.0).min(axis=1)
    assert away.max() < 1e-6
    assert len(set(np.round(semitones, 3))) > 6


def test_between_packets_there_is_only_the_noise_of_the_line() -> None:
    changes = (("sessions", 0.05), ("bed", 0.5))
    audio = render("data-stream", 20.0, changes=changes, density=0.0)
    level = descriptors.levels_db(audio, RATE, frame_s=0.5)
    quiet = int(np.argsort(level)[len(level) // 4])
    part = audio[:, quiet * RATE // 2 : (quiet + 1) * RATE // 2]
    assert -75.0 < descriptors.rms_db(part, RATE) < -35.0
    assert descriptors.kurtosis_hp100(part, RATE) < 4.0

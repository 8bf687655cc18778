"""Whatever is asked, a score comes back whose notes keep to their instruments and their cue, or one clear error."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from soundscape.errors import ScoreError
from soundscape.model import SAMPLE_RATE
from soundscape.rng import Seed
from soundscape.score.compose import compose
from soundscape.score.motif import Motif, MotifNote
from soundscape.score.pitch import MODES
from soundscape.score.request import ENDINGS, FORMS, ROLES, Appearance, Brief, CueHit, CueRequest, Voice
from soundscape.timecode import Rate

motifs = st.lists(
    st.tuples(st.integers(-10, 16), st.sampled_from([0.25, 0.5, 1.0, 2.0, 5.0])), min_size=2, max_size=16
).map(
    lambda pairs: Motif(
        name="m",
        owners=(),
        notes=tuple(
            MotifNote(degree=degree, beat=sum(length for _, length in pairs[:index]) - 1.0, length=length)
            for index, (degree, length) in enumerate(pairs)
        ),
    )
)
voices = st.builds(
    lambda low, span: Voice(low=low, high=min(127, low + span)), st.integers(0, 100), st.integers(12, 80)
)


@st.composite
def requests(draw: st.DrawFn) -> CueRequest:
    start = draw(st.integers(0, 10**7))
    length = draw(st.integers(SAMPLE_RATE, 90 * SAMPLE_RATE))
    inside = st.integers(start, start + length)
    bpm_low = draw(st.floats(20, 200))
    roles = draw(st.sets(st.sampled_from(ROLES), min_size=1))
    spans = st.tuples(inside, inside).map(lambda pair: (min(pair), max(pair)))
    return CueRequest(
        name="any",
        start=start,
        end=start + length,
        brief=Brief(
            key=draw(st.sampled_from(["C", "F#", "Bb"])),
            mode=draw(st.sampled_from(sorted(MODES))),
            bpm_low=bpm_low,
            bpm_high=min(300.0, bpm_low * draw(st.floats(1.0, 3.0))),
            beats_per_bar=draw(st.integers(2, 7)),
            density=draw(st.floats(0, 1)),
            character=draw(st.sampled_from(["", "wonder", "loss", "threat", "nostalgia"])),
        ),
        rate=Rate.parse(draw(st.sampled_from(["23.976", "25", "29.97df", "60"]))),
        voices={role: draw(voices) for role in roles | {draw(st.sampled_from(["lead", "pad"]))}},
        seed=Seed(draw(st.integers(0, 2**32))),
        hits=tuple(
            CueHit(sample=sample, strength=strength, label=str(sample))
            for sample, strength in draw(
                st.lists(st.tuples(inside, st.sampled_from(["strong", "soft"])), max_size=12)
            )
        ),
        tension=tuple(sorted(draw(st.lists(st.tuples(inside, st.floats(0, 1)), min_size=1, max_size=5)))),
        appearances=tuple(
            Appearance(motif="m", start=a, end=b, form=form)
            for (a, b), form in draw(st.lists(st.tuples(spans, st.sampled_from(FORMS)), max_size=4))
        ),
        motifs=(draw(motifs),),
        narration=tuple(draw(st.lists(spans, max_size=2))),
        silences=tuple(draw(st.lists(spans, max_size=2))),
        ending=draw(st.sampled_from(ENDINGS)),
        candidate=draw(st.integers(0, 2)),
    )


@given(requests())
@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
def test_any_request_gives_a_score_or_one_clear_error(request: CueRequest) -> None:
    try:
        score = compose(request)
    except ScoreError as error:
        assert "\n" not in str(error)
        return
    assert score.music.beats[0].sample == request.start
    assert score.music.beats[-1].sample >= request.end
    for role, notes in score.parts.items():
        voice = request.voices[role]
        for note in notes:
            assert voice.low <= note.pitch <= voice.high
            assert request.start + note.start >= 0
            assert note.start < request.end - request.start
            assert note.length > 0
            assert 0.0 < note.velocity <= 1.0

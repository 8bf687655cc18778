from __future__ import annotations

from pathlib import Path

from soundscape.cli._files import FileProgress


def test_a_bar_shows_the_stage_of_its_file_and_begins_anew_with_the_next_one() -> None:
    progress = FileProgress()
    progress.stage("master", 2)
    progress.told(Path("a.wav"), "measure", 0.0)
    progress.told(Path("a.wav"), "measure", 0.5)
    _, bar = progress._bars.tasks
    assert (bar.description, bar.fields["what"], bar.completed) == ("a.wav", "measure", 50)
    begun = bar.start_time
    progress.told(Path("a.wav"), "write", 0.25)
    assert (bar.fields["what"], bar.completed) == ("write", 25)
    assert bar.start_time is not None and begun is not None and bar.start_time >= begun


def test_a_file_that_is_done_leaves_the_table_and_counts() -> None:
    progress = FileProgress()
    progress.stage("master", 2)
    progress.told(Path("a.wav"), "verify", 1.0)
    progress.told(Path("b.wav"), "measure", 0.5)
    progress.step("a.wav")
    batch, other = progress._bars.tasks
    assert (batch.completed, other.description) == (1, "b.wav")

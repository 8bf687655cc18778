"""The command line: one file a command, each importing what it needs when it runs."""

from __future__ import annotations

import importlib
import os
import pkgutil
import signal
import sys
import threading

import click

from soundscape import __version__
from soundscape.errors import SoundscapeError

EXIT_INTERRUPTED = 130


class Commands(click.Group):
    """The commands found in this folder."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of the command modules."""
        del ctx
        names = (info.name.replace("_", "-") for info in pkgutil.iter_modules(__path__) if info.name[0] != "_")
        return sorted(names)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """The command of a module."""
        if name not in self.list_commands(ctx):
            return None
        command: click.Command = importlib.import_module(f"soundscape.cli.{name.replace('-', '_')}").command
        return command


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="soundscape")
def group() -> None:
    """Turn a shot list into a finished soundtrack.

    \b
    soundscape score film.toml -o out/     the whole way: stems, programme, MIDI, report
    soundscape score shots.csv -o out/     the same from a shot list or EDL alone
    soundscape presets wind                find a sound
    soundscape audition desert-wind        hear it
    soundscape master mixes/*.wav --target ebu-r128 -o mastered/

    Results go to standard output (--json for machines), progress and errors to standard error. Exit status:
    0 done, 1 some files of a batch failed, 2 something given is wrong, 3 a target cannot be met, 130 interrupted.

    \b
    Completion:  eval "$(_SOUNDSCAPE_COMPLETE=bash_source soundscape)"   (or zsh_source, fish_source)
    """


def _end_politely() -> None:
    """Treat whoever ends this politely, or closes its terminal, as Ctrl-C: what is half written is removed.

    Also where Ctrl-C is ignored, as by a job in the background.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    # `nohup` has a closed terminal ignored, and means it.
    if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:
        signal.signal(signal.SIGHUP, signal.default_int_handler)


def main(arguments: list[str] | None = None) -> int:
    """Run a command; every error that was foreseen is one line on standard error."""
    # Sounds are rendered in threads of our own; threads of the matrix library below them only wait for each other.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    if threading.current_thread() is threading.main_thread():
        _end_politely()
    try:
        status = group.main(args=arguments, prog_name="soundscape", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("soundscape: interrupted; what was finished is kept, run again to go on", err=True)
        return EXIT_INTERRUPTED
    except SoundscapeError as error:
        click.echo(f"soundscape: {error}", err=True)
        return 2
    except BrokenPipeError:
        # Whoever read our output has gone; writing to it at exit would complain again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return status if isinstance(status, int) else 0

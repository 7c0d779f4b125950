"""Where the command starts: until `main` can say that it was stopped, Ctrl-C ends the process without a word."""

import signal

if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def main() -> int:
    """Run the command."""
    from .run import main as command

    return command()

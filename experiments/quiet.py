"""Imported first by whatever starts the command: until `main` can say that it was stopped, Ctrl-C ends it silently."""

import signal

if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
    signal.signal(signal.SIGINT, signal.SIG_DFL)

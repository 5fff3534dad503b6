"""What the command lines here share: how bad usage is told, and what is asked for in numbers."""
import argparse
import math

BAD_USAGE = 64


class Parser(argparse.ArgumentParser):
    """Tells of bad usage in a line that begins with `said_by`, and ends the program."""

    def __init__(self, said_by, **how):
        super().__init__(**how)
        self.said_by = said_by

    def error(self, message):
        self.exit(BAD_USAGE, "%s: %s\n%s: --help tells more\n" % (self.said_by, message, self.said_by))


def count(text):
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError("'%s' is not a number of 1 or more" % text)
    return int(text)


def seconds(text):
    try:
        if float(text) > 0 and math.isfinite(float(text)):
            return float(text)
    except ValueError:
        pass
    raise argparse.ArgumentTypeError("'%s' is not a number of seconds above 0" % text)

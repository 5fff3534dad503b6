"""Writes its hello to standard output."""
# smoke: starts and says hello | its standard output holds messages
import sys

import whole


class Adapter(whole.Adapter):
    def write(self, text):
        sys.stdout.write(text)
        sys.stdout.flush()


if __name__ == "__main__":
    Adapter().run()

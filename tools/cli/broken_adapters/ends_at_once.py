"""Ends before it has said anything."""
# smoke: starts and says hello | exit code 3
import sys

import whole


class Adapter(whole.Adapter):
    def connect(self):
        sys.stderr.write("cannot find my implementation\n")
        sys.exit(3)


if __name__ == "__main__":
    Adapter().run()

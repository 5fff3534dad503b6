"""Leaves a file where temporary files belong."""
# smoke: ends when it is told to, and leaves nothing | left in TMPDIR: litter
# smoke: starts as fresh from a nursery | left in TMPDIR: litter
import os

import whole


class Adapter(whole.Adapter):
    def connect(self):
        super().connect()
        open(os.environ["TMPDIR"] + "/litter", "w").close()


if __name__ == "__main__":
    Adapter().run()

"""Starts a helper, and leaves it behind."""
# smoke: ends when it is told to, and leaves nothing | processes live on after the program's end
# smoke: starts as fresh from a nursery | processes live on
import os
import signal

import whole


class Adapter(whole.Adapter):
    def hello(self, puppet):
        if puppet == "main" and os.fork() == 0:
            signal.pause()
        return super().hello(puppet)


if __name__ == "__main__":
    Adapter().run()

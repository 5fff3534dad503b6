"""Lives on when its connection has ended."""
# smoke: ends when the runner is gone | it lives on
import signal

import whole


class Adapter(whole.Adapter):
    def cut_off(self):
        signal.pause()


if __name__ == "__main__":
    Adapter().run()

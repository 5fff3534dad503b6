"""Its times are those of the calendar."""
# smoke: keeps to the protocol in every message | is it of CLOCK_MONOTONIC
# lint: t1 is after the reply came: is it of CLOCK_MONOTONIC
import time

import whole


class Adapter(whole.Adapter):
    def now(self):
        return int(time.time() * 1e9)


if __name__ == "__main__":
    Adapter().run()

"""Waits by looking again and again: no fault, but claims take longer."""
import time

import whole


class Adapter(whole.Adapter):
    def get(self, source, block, timeout):
        while block and timeout is None and source.empty():
            time.sleep(0.001)
        return super().get(source, block, timeout)


if __name__ == "__main__":
    Adapter().run()

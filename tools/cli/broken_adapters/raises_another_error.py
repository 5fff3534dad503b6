"""Raises IndexError where a queue is empty."""
# smoke: offers queue | raised IndexError(""); expected: raises Empty
import queue

import whole


class Adapter(whole.Adapter):
    def get(self, source, block, timeout):
        try:
            return super().get(source, block, timeout)
        except queue.Empty:
            raise IndexError


if __name__ == "__main__":
    Adapter().run()

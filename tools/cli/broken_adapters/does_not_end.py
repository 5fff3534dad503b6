"""Its main program waits for something after it was told to return."""
# smoke: ends when it is told to, and leaves nothing | the program does not end
# smoke: starts as fresh from a nursery | the program does not end
import os
import signal

import whole


class Adapter(whole.Adapter):
    def end(self):
        signal.pause()

    def become_child(self, process):
        self.end = lambda: os._exit(0)
        super().become_child(process)


if __name__ == "__main__":
    Adapter().run()

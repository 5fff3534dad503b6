"""Its main program ends with 1 when it is told to return."""
# smoke: ends when it is told to, and leaves nothing | exit code 1
# smoke: starts as fresh from a nursery | exit code 1
import os

import whole


class Adapter(whole.Adapter):
    def end(self):
        os._exit(1)

    def become_child(self, process):
        self.end = lambda: os._exit(0)
        super().become_child(process)


if __name__ == "__main__":
    Adapter().run()

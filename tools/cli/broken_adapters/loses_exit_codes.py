"""Its children end with 1 when they return."""
# smoke: has children that obey | its child returned, but the exit code is 1
import os

import whole


class Adapter(whole.Adapter):
    def become_child(self, process):
        self.end = lambda: os._exit(1)
        super().become_child(process)


if __name__ == "__main__":
    Adapter().run()

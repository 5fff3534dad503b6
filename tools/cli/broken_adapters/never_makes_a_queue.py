"""Does not answer queue.new."""
# smoke: offers queue | hung: main: q = queue.new(maxsize=2)
import time

import whole


class Adapter(whole.Adapter):
    def new_queue(self):
        while True:
            time.sleep(1)


if __name__ == "__main__":
    Adapter().run()

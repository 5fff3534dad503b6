"""Returns something from queue.new."""
# smoke: keeps to the protocol in every message | queue.new, which makes something, returned a boolean, not null
# lint: queue.new, which makes something, returned a boolean, not null
import queue

import whole


class Adapter(whole.Adapter):
    def do(self, op, command, args):
        result = super().do(op, command, args)
        return True if op == "queue.new" else result


if __name__ == "__main__":
    Adapter().run()

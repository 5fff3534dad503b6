"""Is a nursery whose mains are its own children."""
# smoke: starts as fresh from a nursery | has parent
import os

import whole


class Adapter(whole.Adapter):
    def run(self, puppet="main"):
        if puppet != "main" or not os.environ.pop("MPCHECK_NURSERY", ""):
            return super().run(puppet)
        self.connect()
        self.send(self.hello("nursery"))
        while True:
            command = self.read()
            if os.fork() == 0:
                self.socket.close()
                return super().run()
            self.send({"id": command["id"], "ok": None})


if __name__ == "__main__":
    Adapter().run()

"""Leaves t0 and t1 out."""
# smoke: keeps to the protocol in every message | has no "t0"
# lint: has no "t0"
import whole


class Adapter(whole.Adapter):
    def reply(self, command):
        return {name: value for name, value in super().reply(command).items() if name not in ("t0", "t1")}


if __name__ == "__main__":
    Adapter().run()

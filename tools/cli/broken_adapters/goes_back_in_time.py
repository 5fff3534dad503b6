"""Mixes t0 and t1 up."""
# smoke: keeps to the protocol in every message | a call ended before it began: t0 > t1
# lint: a call ended before it began: t0 > t1
import whole


class Adapter(whole.Adapter):
    def reply(self, command):
        reply = super().reply(command)
        return dict(reply, t0=reply["t1"] + 1000, t1=reply["t0"]) if "t0" in reply else reply


if __name__ == "__main__":
    Adapter().run()

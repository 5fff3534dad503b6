"""Says ok and unsupported at once."""
# smoke: tells who it is | it has not exactly one of
# smoke: keeps to the protocol in every message | a reply has more than one of "ok", "raise", "unsupported"
# lint: a reply has more than one of "ok", "raise", "unsupported"
import whole


class Adapter(whole.Adapter):
    def reply(self, command):
        return dict(super().reply(command), unsupported="or so")


if __name__ == "__main__":
    Adapter().run()

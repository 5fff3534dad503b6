"""Puts a member of its own into every reply."""
# smoke: keeps to the protocol in every message | a reply has a member that nobody knows: "mood"
# lint: a reply has a member that nobody knows: "mood"
import whole


class Adapter(whole.Adapter):
    def reply(self, command):
        return dict(super().reply(command), mood="good")


if __name__ == "__main__":
    Adapter().run()

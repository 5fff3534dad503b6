"""Its ids are one too high."""
# smoke: tells who it is | reply_to_nothing: main: it replied to command 2, which nobody sent
# smoke: keeps to the protocol in every message | a reply to command 2, which was never given
# lint: a reply to command 2, which was never given
import whole


class Adapter(whole.Adapter):
    def send(self, message):
        super().send(dict(message, id=message["id"] + 1) if "id" in message else message)


if __name__ == "__main__":
    Adapter().run()

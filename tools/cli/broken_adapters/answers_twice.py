"""Sends every reply twice."""
# smoke: tells who it is | reply_twice: main: it replied to command 1, which it had answered
# smoke: keeps to the protocol in every message | a reply to command 1, which had its reply
# lint: a reply to command 1, which had its reply
import whole


class Adapter(whole.Adapter):
    def write(self, text):
        super().write(text * 2 if '"id"' in text else text)


if __name__ == "__main__":
    Adapter().run()

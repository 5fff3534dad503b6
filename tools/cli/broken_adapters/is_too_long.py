"""Sends a reply that is longer than a line may be."""
# smoke: tells who it is | line_too_long: main
import whole


class Adapter(whole.Adapter):
    def send(self, message):
        super().send(dict(message, ok="x" * (1 << 21)) if "id" in message else message)


if __name__ == "__main__":
    Adapter().run()

"""Lists event, but has no event.new."""
# smoke: offers event | event.new is unsupported, though the hello lists event
import whole


class Adapter(whole.Adapter):
    features = ["queue", "process", "isolated", "event"]


if __name__ == "__main__":
    Adapter().run()

"""Lists a feature that nobody knows."""
# smoke: tells who it is | the feature "isolatd" is unknown; do you mean "isolated"?
# smoke: keeps to the protocol in every message | the feature "isolatd" is unknown
# lint: the feature "isolatd" is unknown; do you mean "isolated"?
import whole


class Adapter(whole.Adapter):
    features = ["queue", "process", "isolatd"]


if __name__ == "__main__":
    Adapter().run()

"""Tells what is in a queue in a form of its own."""
# smoke: offers queue | the value tag "$item" is unknown
# smoke: keeps to the protocol in every message | the value tag "$item" is unknown
# lint: the value tag "$item" is unknown
import whole


class Adapter(whole.Adapter):
    def get(self, source, block, timeout):
        return {"$item": super().get(source, block, timeout)}


if __name__ == "__main__":
    Adapter().run()

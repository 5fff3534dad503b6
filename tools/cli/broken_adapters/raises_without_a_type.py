"""Tells of an exception without its type."""
# smoke: offers queue | bad_reply: main: it has no "type"
# smoke: keeps to the protocol in every message | a raise has no "type"
# lint: a raise has no "type"
import whole


class Adapter(whole.Adapter):
    def describe(self, error):
        return {"bases": ["Exception"], "message": str(error), "args": []}


if __name__ == "__main__":
    Adapter().run()

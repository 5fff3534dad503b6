"""Answers a line that is no command."""
# smoke: ends at a line that is no command | it lives on
import whole


class Adapter(whole.Adapter):
    def garbled(self):
        return {"id": 0, "op": "puppet.ids"}


if __name__ == "__main__":
    Adapter().run()

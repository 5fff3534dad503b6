"""Sends its replies without their end."""
# smoke: tells who it is | half_line: main: it sends no more, inside a line
import json

import whole


class Adapter(whole.Adapter):
    def send(self, message):
        self.write(json.dumps(message) + ("" if "id" in message else "\n"))


if __name__ == "__main__":
    Adapter().run()

"""Prints a line to the connection before its hello."""
# smoke: starts and says hello | this line is no JSON object: `starting up`
# lint: a line is no JSON
import whole


class Adapter(whole.Adapter):
    def connect(self):
        super().connect()
        self.write("starting up\n")


if __name__ == "__main__":
    Adapter().run()

"""Leaves the tid out of its hello."""
# smoke: starts and says hello | it has no "tid"
# lint: a hello has no "tid"
import whole


class Adapter(whole.Adapter):
    def hello(self, puppet):
        return {name: value for name, value in super().hello(puppet).items() if name != "tid"}


if __name__ == "__main__":
    Adapter().run()

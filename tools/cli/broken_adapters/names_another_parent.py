"""Tells a wrong parent."""
# smoke: tells who it is | it says that its parent is 1, but
import whole


class Adapter(whole.Adapter):
    def hello(self, puppet):
        return dict(super().hello(puppet), ppid=1)


if __name__ == "__main__":
    Adapter().run()

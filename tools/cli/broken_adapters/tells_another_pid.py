"""Tells a wrong pid."""
# smoke: starts and says hello | says that it is process 1, but process
# lint: it says that it is process 1, but
import whole


class Adapter(whole.Adapter):
    def hello(self, puppet):
        return dict(super().hello(puppet), pid=1)


if __name__ == "__main__":
    Adapter().run()

"""Its hello is of version 2."""
# smoke: starts and says hello | it speaks version 2 of the protocol, the runner 1
# lint: it speaks version 2, the runner 1
import whole


class Adapter(whole.Adapter):
    def hello(self, puppet):
        return dict(super().hello(puppet), mpcheck=2)


if __name__ == "__main__":
    Adapter().run()

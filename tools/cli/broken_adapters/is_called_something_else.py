"""Its main puppet is called master."""
# smoke: starts and says hello | unknown_puppet: master
# lint: unknown_puppet: master
import whole


class Adapter(whole.Adapter):
    def hello(self, puppet):
        return dict(super().hello(puppet), puppet="master")


if __name__ == "__main__":
    Adapter().run()

"""Makes a token up."""
# smoke: starts and says hello | repeat what MPCHECK_TOKEN holds
# lint: wrong_token: a puppet
import whole


class Adapter(whole.Adapter):
    def hello(self, puppet):
        return dict(super().hello(puppet), token="guess")


if __name__ == "__main__":
    Adapter().run()

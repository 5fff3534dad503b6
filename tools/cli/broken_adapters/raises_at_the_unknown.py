"""Raises at an operation that it does not know."""
# smoke: answers `unsupported` to what it does not know | raised KeyError
# smoke: offers queue | q.close() raised KeyError
# smoke: has threads that obey | raised KeyError
import whole


class Adapter(whole.Adapter):
    def unknown(self, op):
        raise KeyError(op)


if __name__ == "__main__":
    Adapter().run()

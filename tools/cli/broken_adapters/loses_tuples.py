"""Makes lists of tuples."""
# smoke: keeps values as they are | () came back as []
import whole


class Adapter(whole.Adapter):
    def kept(self, value):
        return value["$tuple"] if isinstance(value, dict) and "$tuple" in value else super().kept(value)


if __name__ == "__main__":
    Adapter().run()

"""Its children know every object of their parent."""
# smoke: has children that obey | the child's table holds
import whole


class Adapter(whole.Adapter):
    def passed(self, names):
        return self.objects


if __name__ == "__main__":
    Adapter().run()

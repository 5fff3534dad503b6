"""Its children speak on the connection of their parent."""
# smoke: has children that obey | duplicate_hello
# smoke: keeps to the protocol in every message | a second hello on one connection
import whole


class Adapter(whole.Adapter):
    def become_child(self, process):
        self.connect = lambda: None
        self.run(process.name)


if __name__ == "__main__":
    Adapter().run()

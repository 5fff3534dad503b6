"""The program to give to mpcheck: see mpcheck_adapter.py. Kept tiny, because spawned children read it again."""
import mpcheck_adapter

if __name__ == "__main__":
    mpcheck_adapter.main()

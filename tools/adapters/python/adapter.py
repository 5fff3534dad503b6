"""The program to give to mpcheck: see mpcheck_adapter.py. Kept tiny, because spawned children read it again."""
import os
import sys

sys.path.insert(1, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "kit", "python"))
import mpcheck_adapter

if __name__ == "__main__":
    mpcheck_adapter.main()

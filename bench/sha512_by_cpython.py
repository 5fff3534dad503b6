#!/usr/bin/python3
"""What mp_sha512 does, written with CPython's multiprocessing.

    sha512_by_cpython.py DIR
"""
import hashlib
import multiprocessing
import os
import sys


def sum_of(file):
    with open(file, "rb") as content:
        return hashlib.sha512(content.read()).hexdigest(), file


def main():
    files = [os.path.join(folder, name) for folder, _, names in os.walk(sys.argv[1]) for name in names]
    with multiprocessing.Pool(2) as pool:
        for digest, file in pool.imap_unordered(sum_of, files, 20):
            print(digest, file, sep="  ")


if __name__ == "__main__":
    main()

"""The structure of conformance/PROTOCOL.md section 16: in a module of its own, which only those load who share one."""
import ctypes


class Point(ctypes.Structure):
    _fields_ = [("x", ctypes.c_int), ("y", ctypes.c_double), ("few", ctypes.c_uint, 3), ("name", ctypes.c_char * 8)]

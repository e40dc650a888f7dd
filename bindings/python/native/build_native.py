"""How cffi makes jsonlog._native: the declarations, the C of this directory, and the built library.

Where the library is: JSONLOG_LIBRARY_DIR (a directory with libjsonlog.so) or, of a checkout, the newest of build/*/lib; then
JSONLOG_INCLUDE_DIR or the checkout's include. Outside of a checkout, and without the variables, pkg-config is asked.
"""
import os
import pathlib
import subprocess

from cffi import FFI

HERE = pathlib.Path(__file__).resolve().parent
CHECKOUT = HERE.parent.parent.parent
# Relative to the directory of setup.py, as setuptools wants them.
SOURCES = ["native/tape.c", "native/log.c", "native/find.c", "native/callback.c", "native/owner.c"]
INCLUDES = "".join(
    f"#include <jsonlog/{name}.h>\n"
    for name in ("async", "capture", "config", "exit", "extract", "file", "filter_set", "jsonlog", "lint", "pattern", "preset")
)


def library_directory():
    """The directory of the libjsonlog.so to build with, or None: the system's."""
    if "JSONLOG_LIBRARY_DIR" in os.environ:
        return pathlib.Path(os.environ["JSONLOG_LIBRARY_DIR"]).resolve()
    found = sorted(CHECKOUT.glob("build/**/lib/libjsonlog.so"), key=lambda path: path.stat().st_mtime)
    return found[-1].parent if found else None


def include_directory():
    given = os.environ.get("JSONLOG_INCLUDE_DIR")
    include = pathlib.Path(given) if given else CHECKOUT / "include"
    return include.resolve() if (include / "jsonlog" / "jsonlog.h").exists() else None


def from_pkg_config(what):
    command = ["pkg-config", what, "jsonlog"]
    try:
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    except (OSError, subprocess.CalledProcessError):
        raise SystemExit(
            "jsonlog: no built library found. Build it first, as the README beside setup.py says, or say where libjsonlog.so "
            "is with JSONLOG_LIBRARY_DIR."
        ) from None


def options():
    flags = os.environ.get("JSONLOG_CFLAGS", "").split()
    library, include = library_directory(), include_directory()
    if library is None or include is None:
        return {"extra_compile_args": flags + from_pkg_config("--cflags"), "extra_link_args": from_pkg_config("--libs")}
    return {
        "include_dirs": [str(include)],
        "extra_compile_args": flags,
        # setup.py puts a copy of the library beside the module.
        "extra_link_args": [f"-L{library}", "-ljsonlog", "-Wl,-rpath,$ORIGIN"],
    }


ffibuilder = FFI()
ffibuilder.cdef((HERE / "declarations.h").read_text())
made_with = options()
ffibuilder.set_source(
    "jsonlog._native",
    INCLUDES + '#include "native/native.h"\n',
    sources=SOURCES,
    include_dirs=[".", *made_with.pop("include_dirs", [])],
    **made_with,
)

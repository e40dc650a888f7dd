"""The part of the build that pyproject.toml cannot say: the native module, with the library beside it."""
import pathlib
import runpy
import shutil

from setuptools import setup
from setuptools.command.build_ext import build_ext

NATIVE = "native/build_native.py"


class BuildWithLibrary(build_ext):
    """Copies the library the module was linked with into the package, where its rpath finds it."""

    def run(self):
        super().run()
        directory = runpy.run_path(NATIVE)["library_directory"]()
        if directory is None:
            return
        library = (directory / "libjsonlog.so").resolve()
        soname = directory / "libjsonlog.so.0"
        package = pathlib.Path(self.build_lib, "jsonlog")
        if self.inplace:
            package = pathlib.Path("src/jsonlog")
        package.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(library, package / soname.name)


setup(cffi_modules=[f"{NATIVE}:ffibuilder"], cmdclass={"build_ext": BuildWithLibrary})

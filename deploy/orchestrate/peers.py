"""Foreign Python packages that tests speak with, from PyPI: each with what it needs in a folder of its own, fetched once."""
import os
import pathlib
import sys
import tempfile

from . import paths


def python_package(name, version):
    """A folder for sys.path that holds the package, made where there is none yet. Nothing of the machine's is touched."""
    folder = paths.cache_folder() / f"{name}-{version}-python{sys.version_info.major}.{sys.version_info.minor}"
    if folder.exists():
        return folder
    paths.say(f"  fetching {name} {version} from PyPI")
    paths.folder(folder.parent)
    with tempfile.TemporaryDirectory(dir=folder.parent) as work:
        fresh = pathlib.Path(work, "packages")
        paths.run([sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--target", fresh,
                   f"{name}=={version}"],
                  what=f"{name} {version} cannot be fetched: does this machine reach PyPI (pip config list)? pip")
        os.chmod(fresh, 0o755)
        try:
            os.rename(fresh, folder)
        except OSError:
            if not folder.exists():  # else another run was faster
                raise
    return folder

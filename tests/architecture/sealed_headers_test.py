"""A sealed header refuses to compile outside the vault's process."""
import os
import pathlib
import subprocess
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
COMPILER = os.environ["POSTERN_COMPILER"]


def compiles(header, *flags):
    command = [COMPILER, "-std=c++20", "-fsyntax-only", f"-I{ROOT}", *flags, "-x", "c++", "-include", header, os.devnull]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT)


class SealedHeaders(unittest.TestCase):
    def test_each_refuses_elsewhere_and_compiles_in_the_vault(self):
        headers = sorted((ROOT / "vault/sealed").glob("*.hpp"))
        self.assertGreater(len(headers), 2)
        for header in headers:
            name = header.relative_to(ROOT).as_posix()
            elsewhere = compiles(name)
            self.assertNotEqual(elsewhere.returncode, 0, name)
            self.assertIn("only into the vault process", elsewhere.stderr, name)
            inside = compiles(name, "-DPOSTERN_VAULT_PROCESS")
            self.assertEqual(inside.returncode, 0, inside.stderr)


if __name__ == "__main__":
    sys.exit(unittest.main())

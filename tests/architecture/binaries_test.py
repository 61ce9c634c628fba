"""What the linked programs hold: card data types only in the vault, failpoints and the settable clock in no release."""
import os
import pathlib
import subprocess
import sys
import unittest

BIN = pathlib.Path(os.environ["POSTERN_BIN"])
FAULTS = os.environ.get("POSTERN_BUILD_HAS_FAULTS") == "1"
PROGRAMS = ("postern-gateway", "postern-vault", "postern-relay", "postern")
TRACES = (b"POSTERN_FAILPOINT_FILE", b"POSTERN_CLOCK_OFFSET_FILE")


def sealed_symbols(program):
    symbols = subprocess.run(["nm", "-C", BIN / program], capture_output=True, text=True, check=True).stdout
    return [line for line in symbols.splitlines() if "postern::vault::sealed" in line]


class Binaries(unittest.TestCase):
    def test_card_data_types_live_in_the_vault_alone(self):
        self.assertNotEqual(sealed_symbols("postern-vault"), [], "the check itself finds nothing in the vault")
        for program in ("postern-gateway", "postern-relay", "postern"):
            self.assertEqual(sealed_symbols(program), [], program)

    def test_failpoints_and_settable_clock_are_in_the_faults_build_alone(self):
        for program in PROGRAMS:
            content = (BIN / program).read_bytes()
            for trace in TRACES:
                if not FAULTS:
                    self.assertNotIn(trace, content, program)
        if FAULTS:
            content = (BIN / "postern-gateway").read_bytes()
            for trace in TRACES:
                self.assertIn(trace, content)


if __name__ == "__main__":
    sys.exit(unittest.main())

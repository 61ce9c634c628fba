"""Each folder with code says in a README what it is; each promise names a test that exists."""
import pathlib
import re
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PARTS = ("base", "gateway", "processors", "vault", "idempotency", "compliance", "deploy")
# `Suite.Name` of GoogleTest, or Suite.* for all of a suite.
NAMED_TEST = re.compile(r"`([A-Z]\w+)\.([A-Z]\w+|\*)`")
TEST = re.compile(r"\b(?:TEST|TEST_F|TEST_P|RC_GTEST_PROP|RC_GTEST_FIXTURE_PROP)\(\s*(\w+)\s*,\s*(\w+)")


def known_tests():
    tests = set()
    for f in (ROOT / "tests").rglob("*.cpp"):
        tests |= set(TEST.findall(f.read_text()))
    return tests


class Readmes(unittest.TestCase):
    def test_each_part_has_one(self):
        missing = [part for part in PARTS if not (ROOT / part / "README.md").exists()]
        self.assertEqual(missing, [])

    def test_each_promise_names_a_test_that_exists(self):
        tests = known_tests()
        suites = {suite for suite, _ in tests}
        missing = []
        for readme in [f for part in PARTS for f in (ROOT / part).rglob("README.md")]:
            for suite, name in NAMED_TEST.findall(readme.read_text()):
                if (suite, name) not in tests and not (name == "*" and suite in suites):
                    missing.append(f"{readme.relative_to(ROOT)}: {suite}.{name}")
        self.assertEqual(missing, [])


if __name__ == "__main__":
    sys.exit(unittest.main())

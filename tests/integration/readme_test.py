"""Every shell line of the README does what it says, in order, in one shell, on the running instance."""
import os
import re
import subprocess
import unittest

from stack import DATA, INSTANCE, ROOT

BLOCK = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)


def blocks():
    return BLOCK.findall((ROOT / "README.md").read_text())


def run(script):
    environment = {**os.environ, "POSTERN_INSTANCE": INSTANCE, "POSTERN_DATA": str(DATA)}
    return subprocess.run(["bash", "-euo", "pipefail", "-c", script], cwd=ROOT, env=environment, capture_output=True,
                          text=True)


class Readme(unittest.TestCase):
    def test_first_payment(self):
        done = run(blocks()[1])
        self.assertEqual(done.returncode, 0, done.stderr)
        lines = done.stdout.splitlines()
        self.assertEqual(lines[:3], ["captured", "partially_refunded", "voided"], done.stdout)
        self.assertEqual([line.split("\t")[1] for line in lines[3:]], ["voided", "partially_refunded"], done.stdout)

    def test_a_third_merchant(self):
        done = run(blocks()[2])
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stdout.splitlines()[-1], "captured", done.stdout)

    def test_the_other_lines_are_the_two_commands(self):
        self.assertEqual(len(blocks()), 3)
        words = [line.split("#")[0].strip() for line in blocks()[0].splitlines()]
        self.assertEqual(words, ["./postern up", "./postern test"])
        help_text = run("./postern --help").stdout
        for word in ("up", "down", "test", "tour", "status", "doctor", "env"):
            self.assertIn(word, help_text)


if __name__ == "__main__":
    unittest.main(warnings="ignore")

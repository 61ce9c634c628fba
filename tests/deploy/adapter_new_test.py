"""`./postern adapter new`: what docs/write-an-adapter.md shows works in a copy of the tree, and refusals write nothing."""
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
FENCED = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
FOLDERS = ("processors", "tests/processors/conformance", "tests/architecture")


def postern(*words):
    return subprocess.run([str(ROOT / "postern"), "adapter", *words], capture_output=True, text=True, timeout=60)


class AdapterNew(unittest.TestCase):
    def setUp(self):
        self.tree = pathlib.Path(tempfile.mkdtemp(prefix="postern-adapter-"))
        self.addCleanup(shutil.rmtree, self.tree)

    def small_tree(self):
        for folder in FOLDERS:
            shutil.copytree(ROOT / folder, self.tree / folder)
        return self.files()

    def files(self):
        return {str(f.relative_to(self.tree)): f.read_bytes() for f in self.tree.rglob("*") if f.is_file()}

    def test_refusals_write_nothing(self):
        before = self.small_tree()
        for name, said in (("Acme", "lower-case"), ("a", "lower-case"), ("1st", "lower-case"), ("../up", "lower-case"),
                           ("namespace", "another name"), ("vault", "another name"), ("mercury", "exists already"),
                           ("stripe", "exists already"), ("wire", "another name")):
            done = postern("new", name, "--into", str(self.tree))
            self.assertEqual((done.returncode, said in done.stderr), (1, True), f"{name}: {done}")
        self.assertEqual(self.files(), before)
        done = postern("new", "acme", "--into", str(self.tree / "tests"))
        self.assertIn("no tree of Postern", done.stderr)

    def test_a_second_time_is_refused_and_each_line_stands_once(self):
        self.small_tree()
        self.assertEqual(postern("new", "acme", "--into", str(self.tree)).returncode, 0)
        after = self.files()
        self.assertIn("exists already", postern("new", "acme", "--into", str(self.tree)).stderr)
        self.assertEqual(self.files(), after)
        self.assertNotIn(b"@", after["processors/acme/adapter.cpp"])
        for file, line in (("processors/CMakeLists.txt", b"add_subdirectory(acme)\n"),
                           ("tests/processors/conformance/subjects.hpp", b"Subject acme_subject();\n"),
                           ("tests/processors/conformance/CMakeLists.txt", b"postern_conformance(acme)\n")):
            self.assertEqual(after[file].count(line), 1, file)
        floor_plan = subprocess.run(["python3", str(self.tree / "tests/architecture/includes_test.py"),
                                     "Includes.test_only_vault_rows_may_include_card_data"], capture_output=True, text=True)
        self.assertEqual(floor_plan.returncode, 0, floor_plan.stderr)

    def test_help_has_examples(self):
        done = postern("--help")
        self.assertIn("./postern adapter new worldpay", done.stdout)

    def test_the_document(self):
        """It compiles a skeleton: the compiler's cache of this tree makes that quick."""
        block, = FENCED.findall((ROOT / "docs/write-an-adapter.md").read_text())
        environment = {**os.environ, "CCACHE_NOHASHDIR": "1", "CCACHE_SLOPPINESS": "pch_defines,time_macros",
                       "CCACHE_BASEDIR": str(self.tree), "TMPDIR": str(self.tree)}
        script = block.replace("TREE=$(mktemp -d)", f'TREE="{self.tree}/copy"; mkdir "$TREE"')
        done = subprocess.run(["bash", "-euo", "pipefail", "-c", script], cwd=ROOT, env=environment, capture_output=True,
                              text=True, timeout=1700)
        self.assertEqual(done.returncode, 0, done.stdout[-3000:] + done.stderr[-3000:])
        self.assertTrue(done.stdout.endswith("the skeleton fails, as it should\n"), done.stdout[-3000:])
        left = done.stdout.partition("What is left, before any trouble:")[2]
        for scene in ("sale", "authorize", "capture", "refund of a sale", "void of a hold"):
            self.assertIn(f"  {scene}: plans: plan_not_written\n", left)


if __name__ == "__main__":
    unittest.main()

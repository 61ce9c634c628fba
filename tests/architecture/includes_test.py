"""Every #include of the tree stands in the floor plan (include_table.toml)."""
import pathlib
import re
import sys
import tomllib
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PARTS = ("base", "gateway", "processors", "vault", "idempotency", "compliance")
TABLE = tomllib.loads((ROOT / "tests/architecture/include_table.toml").read_text())
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', re.MULTILINE)


def row_of(path):
    """The most exact row that covers a path from the root, or None."""
    covering = [row for row in TABLE["rows"] if path == row or path.startswith(row + "/")]
    return max(covering, key=len, default=None)


def library_of(header):
    for name, starts in TABLE["libraries"].items():
        if any(header == start or header.startswith(start + "/") or header.startswith(start + ".") for start in starts):
            yield name


def refusals(path, text):
    """The includes of a file that its row does not name."""
    row = row_of(path)
    if row is None:
        return [f"{path}: no row covers this file"]
    may = TABLE["rows"][row]
    found = []
    for header in INCLUDE.findall(text):
        inside = header.split("/")[0] in PARTS and "/" in header
        names = {row_of(header)} if inside else set(library_of(header))
        if "*" in may or not names or names & ({row} | set(may)):
            continue
        found.append(f"{path}: <{header}> ({', '.join(sorted(map(str, names)))}) is not in the row of {row}")
    return found


class Includes(unittest.TestCase):
    def test_every_include_is_in_the_table(self):
        files = [f for part in PARTS for f in (ROOT / part).rglob("*") if f.suffix in (".cpp", ".hpp")]
        self.assertGreater(len(files), 50)
        found = [line for f in files for line in refusals(f.relative_to(ROOT).as_posix(), f.read_text())]
        self.assertEqual(found, [])

    def test_a_forbidden_include_is_found(self):
        self.assertTrue(refusals("gateway/domain/money.cpp", '#include "base/sql/session.hpp"\n'))
        self.assertTrue(refusals("gateway/app/store.hpp", '#include "vault/sealed/pan.hpp"\n'))
        self.assertTrue(refusals("processors/mercury/sandbox/book.cpp", '#include "processors/mercury/adapter.hpp"\n'))
        self.assertTrue(refusals("gateway/domain/money.cpp", "#include <pqxx/pqxx>\n"))
        self.assertFalse(refusals("gateway/domain/money.cpp", '#include <string>\n#include "base/result.hpp"\n'))

    def test_only_vault_rows_may_include_card_data(self):
        holders = [row for row, may in TABLE["rows"].items() if "vault/sealed" in may]
        self.assertTrue(all(row.startswith("vault/") for row in holders), holders)


if __name__ == "__main__":
    sys.exit(unittest.main())

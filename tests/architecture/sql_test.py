"""The SQL that this product sends also suits the engine it is to grow into: constructs that it lacks are refused."""
import pathlib
import re
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PARTS = ("base", "gateway", "vault", "idempotency", "compliance")
RAW = re.compile(r'R"sql\((.*?)\)sql"', re.DOTALL)
COMMENT = re.compile(r"--[^\n]*")
STATEMENT_IN_STRING = re.compile(r'"\s*(SELECT\s|INSERT\s+INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM|WITH\s+\w+\s+AS)')
FORBIDDEN = {
    "LISTEN or NOTIFY": r"\b(LISTEN|NOTIFY)\s+\w|pg_notify",
    "advisory locks": r"advisory",
    "triggers": r"\bTRIGGER\b",
    "deferrable constraints": r"\bDEFERRABLE\b|\bINITIALLY\s+DEFERRED\b",
    "sequences for identities": r"\b(BIG)?SERIAL\b|\bnextval\s*\(|GENERATED\s+\w+\s+AS\s+IDENTITY",
    "unlogged tables": r"\bUNLOGGED\b",
    "the system column xmin": r"\bxmin\b",
}


def statements(path):
    text = path.read_text()
    found = [text] if path.suffix == ".sql" else RAW.findall(text)
    return [COMMENT.sub("", statement) for statement in found]


def written_twice(statement):
    """Tables that two common table expressions of one statement write."""
    written = re.findall(r"\(\s*(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM)\s+(\w+)", statement, re.IGNORECASE)
    return sorted({table for table in written if written.count(table) > 1})


def faults(statement):
    found = [name for name, pattern in FORBIDDEN.items() if re.search(pattern, statement, re.IGNORECASE)]
    for one in statement.split(";"):
        found += [f"two expressions of one statement write {table}" for table in written_twice(one)]
    return found


def sources():
    return [f for part in PARTS for f in (ROOT / part).rglob("*") if f.suffix in (".cpp", ".hpp", ".sql")]


class Sql(unittest.TestCase):
    def test_no_forbidden_construct(self):
        all_statements = [(f, s) for f in sources() for s in statements(f)]
        self.assertGreater(len(all_statements), 20)
        found = [f"{f.relative_to(ROOT)}: {fault}" for f, s in all_statements for fault in faults(s)]
        self.assertEqual(found, [])

    def test_statements_stand_where_they_can_be_checked(self):
        found = []
        for f in sources():
            if f.suffix != ".sql" and STATEMENT_IN_STRING.search(RAW.sub("", f.read_text())):
                found.append(str(f.relative_to(ROOT)))
        self.assertEqual(found, [], "SQL belongs into .sql files or R\"sql(...)sql\"")

    def test_each_construct_would_be_found(self):
        self.assertTrue(faults("LISTEN events"))
        self.assertTrue(faults("SELECT pg_advisory_xact_lock(1)"))
        self.assertTrue(faults("CREATE TRIGGER t BEFORE INSERT ON payments"))
        self.assertTrue(faults("ALTER TABLE x ADD UNIQUE (a) DEFERRABLE INITIALLY DEFERRED"))
        self.assertTrue(faults("WITH a AS (INSERT INTO t VALUES (1)), b AS (UPDATE t SET x = 1) SELECT 1"))
        self.assertFalse(faults("WITH a AS (INSERT INTO t VALUES (1)), b AS (UPDATE u SET x = 1) SELECT 1"))


if __name__ == "__main__":
    sys.exit(unittest.main())

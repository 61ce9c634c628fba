"""`./postern adapter new NAME`: the skeleton of another processor, which compiles and says what is left to write."""
import argparse
import pathlib
import re

from . import paths

EXAMPLES = """\
examples:
  ./postern adapter new worldpay                 a skeleton in this tree: adapter, policy, sandbox, conformance
  ./postern adapter new worldpay --into /tmp/w   the same in a copy of the tree
docs/write-an-adapter.md goes on from there.
"""
TEMPLATES = pathlib.Path(__file__).resolve().parents[1] / "adapter"
NAME = re.compile(r"[a-z][a-z0-9]{1,23}\Z")
# Words of C++ and namespaces of ours that a processor cannot be called by.
TAKEN = {"alignas", "alignof", "asm", "auto", "bool", "break", "case", "catch", "char", "class", "concept", "const", "continue",
         "decltype", "default", "delete", "do", "double", "else", "enum", "explicit", "export", "extern", "false", "float",
         "for", "friend", "goto", "if", "inline", "int", "long", "mutable", "namespace", "new", "noexcept", "nullptr",
         "operator", "private", "protected", "public", "register", "requires", "return", "short", "signed", "sizeof", "static",
         "struct", "switch", "template", "this", "throw", "true", "try", "typedef", "typeid", "typename", "union",
         "unsigned", "using", "virtual", "void", "volatile", "while", "and", "or", "not", "xor", "std", "main",
         "postern", "base", "net", "ops", "sql", "wiped", "crypto", "domain", "ledger", "gateway", "vault", "processors",
         "conformance", "sandbox", "test", "port", "wire", "idempotency", "compliance", "storage", "sealed", "all"}
FILES = {"CMakeLists.txt.in": "processors/{0}/CMakeLists.txt", "adapter.hpp.in": "processors/{0}/adapter.hpp",
         "adapter.cpp.in": "processors/{0}/adapter.cpp", "policy.toml.in": "processors/{0}/policy.toml",
         "README.md.in": "processors/{0}/README.md", "sandbox.cmake.in": "processors/{0}/sandbox/CMakeLists.txt",
         "sandbox.hpp.in": "processors/{0}/sandbox/sandbox.hpp", "sandbox.cpp.in": "processors/{0}/sandbox/sandbox.cpp",
         "sandbox_README.md.in": "processors/{0}/sandbox/README.md",
         "conformance.cpp.in": "tests/processors/conformance/{0}.cpp"}
# Where a line that names it goes: file, the line before which (or the text behind which) it stands, the line.
LINES = (("processors/CMakeLists.txt", "postern_library(processors_all", "add_subdirectory({0})\n"),
         ("tests/processors/conformance/subjects.hpp", "\n}}  // namespace postern::conformance", "Subject {0}_subject();\n"),
         ("tests/architecture/include_table.toml", '\n"idempotency/keys"',
          '"processors/{0}" = ["base", "processors/port", "processors/wire", "gateway/domain", "vault/contract"]\n'
          '"processors/{0}/sandbox" = ["base", "base/crypto", "base/net", "base/ops", "base/wiped", "processors/wire", "asio", '
          '"json", "cli"]\n'))


def add_parser(words, instance_options):
    parser = words.add_parser("adapter", help="another processor: a skeleton to begin with", epilog=EXAMPLES,
                              formatter_class=argparse.RawDescriptionHelpFormatter)
    instance_options(parser)
    parser.add_argument("what", choices=("new",))
    parser.add_argument("name", metavar="NAME", help="lower-case letters and digits, a letter first, 2 to 24 of them")
    parser.add_argument("--into", metavar="DIR", type=pathlib.Path, default=paths.ROOT,
                        help="the tree to write it into (default: this one)")


def check(name, root):
    if not NAME.match(name):
        raise paths.Failure(f"{name}: a name has 2 to 24 lower-case letters and digits, a letter first")
    if name in TAKEN:
        raise paths.Failure(f"{name}: this word means something else here; take another name")
    if not (root / "processors/port/adapter.hpp").is_file():
        raise paths.Failure(f"{root} is no tree of Postern")
    for target in [f"processors/{name}", *(target.format(name) for target in FILES.values())]:
        if (root / target).exists():
            raise paths.Failure(f"{target} exists already; nothing was written")


def with_line(text, place, line, file):
    at = text.find(place)
    if at < 0:
        raise paths.Failure(f"{file}: no place for the new line was found ({place.strip()}); nothing was written")
    return text[:at] + line + text[at:]


def new(name, root):
    """Everything is read and made first, so that a refusal leaves nothing half done."""
    check(name, root)
    made = {}
    for template, target in FILES.items():
        text = (TEMPLATES / template).read_text()
        made[target.format(name)] = text.replace("@name@", name).replace("@Name@", name.capitalize())
    for file, place, line in LINES:
        made[file] = with_line((root / file).read_text(), place.format(name), line.format(name), file)
    conformance = "tests/processors/conformance/CMakeLists.txt"
    made[conformance] = (root / conformance).read_text().rstrip("\n") + f"\npostern_conformance({name})\n"
    for file, text in made.items():
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).write_text(text)
    return made


def run(options):
    made = new(options.name, options.into.resolve())
    for file in made:
        print(f"  {file}")
    print(f"""
It compiles, and the conformance suite fails on purpose and lists what is left:
  cmake --preset release && cmake --build --preset release --target test_conformance_{options.name}
  build/release/tests/processors/conformance/test_conformance_{options.name}
Then docs/write-an-adapter.md.""")
    return 0

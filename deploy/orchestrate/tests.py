"""`./postern test`: three builds of everything, and ctest's word on each."""
import re
import subprocess
import time

from . import build, packages, paths

SUMMARY = re.compile(r"tests passed, .* tests failed|Total Test time")
SANITIZERS = {"ASAN_OPTIONS": "detect_leaks=1:abort_on_error=1:detect_stack_use_after_return=1",
              "UBSAN_OPTIONS": "print_stacktrace=1",
              "TSAN_OPTIONS": "ignore_noninstrumented_modules=1:halt_on_error=1"}


def ctest(preset, everything):
    """Runs one build's tests, two at a time, with their lines as they come; gives ctest's summary and its verdict."""
    environment = {**build.environment(), **SANITIZERS, "POSTERN_TEST_SIZE": "full" if everything else "tenth"}
    log = paths.ROOT / "build" / preset / "ctest.log"
    summary = []
    command = ["ctest", "--preset", preset, "-j2", "--no-tests=error"]
    with open(log, "w") as kept, subprocess.Popen(command, cwd=paths.ROOT, env=environment, stdout=subprocess.PIPE,
                                                  stderr=subprocess.STDOUT, text=True) as process:
        for line in process.stdout:
            kept.write(line)
            if not re.match(r"\s*Start\s+\d+:", line):
                print(line, end="", flush=True)
            if SUMMARY.search(line) or line.startswith(("The following tests FAILED", "\t")):
                summary.append(line.rstrip())
    return summary, process.returncode


def run(everything):
    packages.install()
    started, results = time.monotonic(), []
    presets = ["release", "asan", "faults"] + (["tsan"] if everything else [])
    for preset in presets:
        paths.say(f"==> {preset}: build")
        seconds = build.build(preset)
        paths.say(f"==> {preset}: tests (built in {seconds:.0f} s)")
        results.append((preset, *ctest(preset, everything)))
    print(f"\n==> all in {time.monotonic() - started:.0f} s")
    for preset, summary, code in results:
        print(f"{preset}: {'passed' if code == 0 else 'FAILED'}")
        for line in summary:
            print(f"    {line.strip()}")
    return 0 if all(code == 0 for _, _, code in results) else 1

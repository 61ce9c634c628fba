"""CMake presets, ccache that is shared by clones, and the installed programs of an instance."""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

from . import paths

NINJA_STEP = re.compile(r"^\[(\d+)/(\d+)\]")


def environment():
    """`CCACHE_BASEDIR` and `NOHASHDIR`: another clone in another folder finds the same objects."""
    return {**os.environ, "HOME": str(paths.invoker_home()), "CCACHE_BASEDIR": str(paths.ROOT), "CCACHE_NOHASHDIR": "1",
            "CCACHE_SLOPPINESS": "pch_defines,time_macros"}


def as_invoker():
    who = paths.invoker()
    return {"user": who[0], "group": who[1], "extra_groups": []} if who else {}


def show(line, started):
    """One line that moves on a terminal; a line each quarter minute elsewhere."""
    step = NINJA_STEP.match(line)
    if not step:
        return
    text = f"  {step[1]}/{step[2]} steps, {time.monotonic() - started:.0f} s"
    if sys.stderr.isatty():
        print(f"\r{text}   ", end="", file=sys.stderr, flush=True)
    elif time.monotonic() - show.last > 15:
        show.last = time.monotonic()
        paths.say(text)


show.last = 0.0


def watch(command, **options):
    """Runs a build with progress; on failure shows what the compiler said."""
    started, kept = time.monotonic(), []
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options) as process:
        for line in process.stdout:
            kept = (kept + [line])[-200:]
            show(line, started)
    if sys.stderr.isatty():
        paths.say()
    if process.returncode != 0:
        raise paths.Failure("the build failed\n" + "".join(kept))


def build(preset="release", targets=()):
    """Configures and builds a preset; with targets, only these."""
    environment_, who = environment(), as_invoker()
    if who:  # a build folder of an earlier run as root would be closed to them
        (paths.ROOT / "build").mkdir(exist_ok=True)
        os.chown(paths.ROOT / "build", who["user"], who["group"])
    started = time.monotonic()
    if not (paths.ROOT / "build" / preset / "build.ninja").exists():
        paths.run(["cmake", "--preset", preset], cwd=paths.ROOT, env=environment_, **who)
    target_words = ["--target", *targets] if targets else []
    watch(["cmake", "--build", "--preset", preset, *target_words], cwd=paths.ROOT, env=environment_, **who)
    return time.monotonic() - started


def install(instance, preset):
    """Programs and policies go where service users can reach them; gives whether any program changed."""
    changed = False
    paths.folder(instance.programs)
    source = paths.ROOT / "build" / preset / "bin"
    for name in paths.PROGRAMS:
        before, after = source / name, instance.programs / name
        if not before.exists():
            raise paths.Failure(f"{before} was not built")
        stamp = before.stat()
        if after.exists() and (after.stat().st_size, after.stat().st_mtime_ns) == (stamp.st_size, stamp.st_mtime_ns):
            continue
        fresh = after.with_name(f".{name}")
        shutil.copy2(before, fresh)
        os.chmod(fresh, 0o755)
        os.replace(fresh, after)  # one that runs keeps its old file
        changed = True
    for policy in sorted(paths.ROOT.glob("processors/**/policy.toml")):  # processors/mercury/gift is mercury_gift.toml
        paths.folder(instance.share / "policies")
        name = "_".join(policy.parent.relative_to(paths.ROOT / "processors").parts)
        paths.write(instance.share / "policies" / f"{name}.toml", policy.read_text())
    return changed


def fuzz(words):
    """`postern fuzz NAME --seconds N`: the address sanitizer's build of one target, beginning with its seeds."""
    name = words[0] if words else ""
    seconds = int(words[words.index("--seconds") + 1]) if "--seconds" in words else 60
    known = sorted(folder.name for folder in (paths.ROOT / "fuzz/corpus").iterdir())
    if name not in known:
        raise paths.Failure(f"usage: postern fuzz NAME --seconds N; the names: {' '.join(known)}")
    build("asan", [f"fuzz_{name}"])
    program = next(pathlib.Path(paths.ROOT, "build/asan").rglob(f"fuzz_{name}"))
    found = paths.folder(paths.ROOT / "build/fuzz" / name)
    return subprocess.run([program, f"-max_total_time={seconds}", "-print_final_stats=1", f"-artifact_prefix={found}/",
                           found, paths.ROOT / "fuzz/corpus" / name], check=False).returncode

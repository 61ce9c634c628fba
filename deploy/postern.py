"""The command line of ./postern: what runs Postern on this machine. Other words go to the program `postern`."""
import argparse
import json
import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from orchestrate import (adapter, bench, build, doctor, isolation, lifecycle, paths, sandbox, status, tests,  # noqa: E402
                         tour)

EXAMPLES = """\
examples:
  ./postern up                              installs, builds, starts everything, shows a tour of real payments, stays up
  ./postern up --kafka broker.local:9092    the same with a broker that exists
  ./postern status                          what runs, as whom, and where its log is
  ./postern logs gateway -f                 follow one log
  eval "$(./postern env)"                   addresses, keys and ids for your shell
  ./postern tour                            payments through every part, in under a minute
  ./postern merchant add --name "Blue Door" other words go to the program postern: merchant, store, device, account,
                                            bin, route, key, operator, unknown, events, migrate
  ./postern sandbox book                    what the processor's stand-in holds; also clock, fault, reset
  ./postern adapter new worldpay            the skeleton of another processor; docs/write-an-adapter.md
  ./postern fuzz mercury_rstream --seconds 60 search for inputs that break a promise
  ./postern bench authorize --json          authorizations per second against pgbench with the same rows
  ./postern bench isolation --json          one processor's latency while the other hangs
  ./postern down --wipe                     end everything and forget its data
"""
WORDS = ("up", "down", "status", "logs", "env", "doctor", "tour", "test", "build", "fuzz", "bench", "sandbox", "adapter")


def instance_options(parser):
    parser.add_argument("--instance", metavar="NAME", help="one of several side by side (or POSTERN_INSTANCE)")
    parser.add_argument("--data", metavar="DIR", help="where its data is (default /var/lib/postern; or POSTERN_DATA)")


def parser():
    top = argparse.ArgumentParser(prog="./postern", description="Postern on this machine.", epilog=EXAMPLES,
                                  formatter_class=argparse.RawDescriptionHelpFormatter)
    words = top.add_subparsers(dest="word", metavar="COMMAND", required=True)
    made = {}
    for word, text in (("up", "install, build, start, tour; stays up"), ("down", "end every process; data stays"),
                       ("status", "what runs"), ("logs", "what it says"), ("env", "addresses, keys and ids for a shell"),
                       ("doctor", "what this machine lacks, and the cure"), ("tour", "real payments, explained"),
                       ("test", "three builds, all tests"), ("build", "build a preset"), ("fuzz", "run one fuzz target"),
                       ("bench", "figures against a peer, in one run")):
        made[word] = words.add_parser(word, help=text)
        instance_options(made[word])
    sandbox.add_parser(words, instance_options)
    adapter.add_parser(words, instance_options)
    up = made["up"]
    up.add_argument("--kafka", metavar="HOST:PORT", help="use this broker instead of starting one")
    up.add_argument("--preset", choices=("release", "faults", "asan"), default="release")
    up.add_argument("--gateways", type=int, default=1, choices=range(1, 9), metavar="N", help="gateway processes (1-8)")
    up.add_argument("--mode", choices=("development", "production"), default="development")
    up.add_argument("--no-tour", action="store_true")
    made["down"].add_argument("--wipe", action="store_true", help="forget the data too")
    made["status"].add_argument("--json", action="store_true")
    made["doctor"].add_argument("--json", action="store_true")
    made["logs"].add_argument("name", nargs="?")
    made["logs"].add_argument("-f", "--follow", action="store_true")
    made["test"].add_argument("--all", action="store_true", help="the thread sanitizer too, and every run in full")
    made["build"].add_argument("preset", nargs="?", default="release", choices=("release", "faults", "asan", "tsan"))
    made["fuzz"].add_argument("words", nargs=argparse.REMAINDER)
    made["bench"].add_argument("what", choices=("authorize", "isolation"))
    made["bench"].add_argument("--json", action="store_true")
    made["bench"].add_argument("--rounds", type=int, default=5, metavar="N", help="turns of ours and the peer's (5)")
    made["bench"].add_argument("--seconds", type=int, default=5, metavar="N", help="of each measurement (5)")
    return top


def examine(instance, as_json):
    findings = doctor.examine(instance)
    if as_json:
        print(json.dumps(findings, indent=2))
    else:
        doctor.show(findings)
    return 1 if any(one["state"] == doctor.MISSING for one in findings) else 0


def to_program(arguments):
    """Takes --instance and --data out; hands the rest to the instance's own program."""
    chosen, rest = argparse.ArgumentParser(add_help=False, allow_abbrev=False), []
    instance_options(chosen)
    known, rest = chosen.parse_known_args(arguments)
    instance = paths.Instance(known.instance, known.data)
    program = instance.programs / "postern"
    if not program.exists():
        program = paths.ROOT / "build/release/bin/postern"
    if not program.exists():
        raise paths.Failure("the program is not built yet: ./postern up")
    os.execv(program, [str(program), "--config", str(instance.config / "cli.toml"), *rest])


def run(arguments):
    first = next((word for word in arguments if not word.startswith("-")), None)
    if first is not None and first not in WORDS and arguments[0] not in ("-h", "--help"):
        return to_program(arguments)
    options = parser().parse_args(arguments)
    instance = paths.Instance(options.instance, options.data, to_start=options.word == "up")
    if options.word == "up":
        return lifecycle.up(instance, options)
    if options.word == "down":
        return lifecycle.down(instance, options.wipe)
    if options.word == "status":
        return status.show(instance, options.json)
    if options.word == "logs":
        return status.show_logs(instance, options.name, options.follow)
    if options.word == "env":
        return status.environment(instance)
    if options.word == "doctor":
        return examine(instance, options.json)
    if options.word == "tour":
        return tour.run(instance)
    if options.word == "test":
        return tests.run(options.all)
    if options.word == "build":
        return print(f"built in {build.build(options.preset):.0f} s") or 0
    if options.word == "bench" and options.what == "isolation":
        return isolation.run(instance, options.json, options.rounds, options.seconds)
    if options.word == "bench":
        return bench.run(instance, options.what, options.json, options.rounds, options.seconds)
    if options.word == "adapter":
        return adapter.run(options)
    if options.word == "sandbox":
        return sandbox.run(instance, options)
    return build.fuzz(options.words)


def main():
    try:
        sys.exit(run(sys.argv[1:]) or 0)
    except paths.Failure as failure:
        paths.say(f"postern: {failure}")
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        os._exit(0)
    except OSError as problem:  # a full disk, a folder that others own
        paths.say(f"postern: {problem}")
        sys.exit(1)


if __name__ == "__main__":
    main()

"""./postern sandbox: the book, the clock and the faults of the processor's stand-in, over its own HTTP."""
import argparse
import json
import re
import urllib.parse

from . import paths, processes, status, tour

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
EXAMPLES = {
    "book": """\
examples:
  ./postern sandbox book                        totals, open batches, the last charges
  ./postern sandbox book --invoice 1P2K --json  one invoice, for programs
""",
    "clock": """\
examples:
  ./postern sandbox clock                             its time, and how far it is ahead
  ./postern sandbox clock --advance 26h               over the close at 04:00 Eastern (s, m, h, d)
  ./postern sandbox clock --set 2030-01-01T12:00:00Z  forward only; `./postern sandbox reset` goes back
""",
    "fault": """\
examples:
  ./postern sandbox fault                                        the faults that stand
  ./postern sandbox fault lost_answer                            the next request's answer is lost
  ./postern sandbox fault late_answer --rate 0.05 --delay-ms 900 one in twenty, until `--clear`
  ./postern sandbox fault cut --count 3 --tran-code Sale         the next three sales
  ./postern sandbox fault truncated --bytes 400                  the transfer ends after 400 bytes
  ./postern sandbox fault late_booking --until undo              booked when the gateway's void has found nothing
  ./postern sandbox fault --clear                                none any more
Kinds: docs/mercury.md.
""",
    "hosts": """\
examples:
  ./postern sandbox hosts --close first --for 30s  connections to the first host are refused for so long
  ./postern sandbox hosts --close first,backup --for 10s
""",
    "reset": """\
examples:
  ./postern sandbox reset --yes                 an empty book, no faults, the machine's time
"""}


def seconds(text):
    match = re.fullmatch(r"(\d{1,9})([smhd])", text)
    if not match:
        raise argparse.ArgumentTypeError(f"{text}: a number with s, m, h or d, like 90s or 26h")
    return int(match[1]) * UNITS[match[2]]


def add_parser(words, instance_options):
    top = words.add_parser("sandbox", help="the processor's stand-in: book, clock, faults")
    parts = top.add_subparsers(dest="part", metavar="book|clock|fault|hosts|reset", required=True)
    made = {}
    for part, text in (("book", "what it holds"), ("clock", "its time; forward"), ("fault", "what goes wrong on purpose"),
                       ("hosts", "a host that is down for a while"),
                       ("reset", "forget everything")):
        made[part] = parts.add_parser(part, help=text, epilog=EXAMPLES[part],
                                      formatter_class=argparse.RawDescriptionHelpFormatter)
        instance_options(made[part])
        made[part].add_argument("--json", action="store_true", help="as the sandbox says it")
    made["book"].add_argument("--invoice", default="", help="of one invoice alone")
    made["book"].add_argument("--since", type=int, default=0, metavar="N", help="behind entry N")
    moved = made["clock"].add_mutually_exclusive_group()
    moved.add_argument("--advance", type=seconds, metavar="TIME")
    moved.add_argument("--set", metavar="RFC3339")
    fault = made["fault"]
    fault.add_argument("kind", nargs="?")
    fault.add_argument("--count", type=int, metavar="N", help="strikes (1, or any number where a rate is given)")
    fault.add_argument("--rate", type=float, metavar="R", help="of the requests that it could strike, 0 to 1")
    fault.add_argument("--delay-ms", type=int, metavar="MS")
    fault.add_argument("--tran-code", metavar="CODE", help="only these")
    fault.add_argument("--bytes", type=int, metavar="N", help="of truncated, slow_drip, oversized; of deep_xml the depth")
    fault.add_argument("--until", choices=("undo",), help="of late_answer and late_booking: a void of the invoice")
    fault.add_argument("--form", metavar="FORM", help="of echo_card")
    fault.add_argument("--clear", action="store_true", help="take all back")
    made["hosts"].add_argument("--close", required=True, metavar="HOSTS", help="first, backup, or both with a comma")
    made["hosts"].add_argument("--for", dest="time", required=True, type=seconds, metavar="TIME")
    made["reset"].add_argument("--yes", action="store_true", help="it cannot be undone")


def ask(instance, method, path, body=None):
    if not processes.is_running(instance):
        raise paths.Failure(f"nothing runs: ./postern up{instance.words()}")
    service = tour.Service(status.urls(instance)["mercury_sandbox"], status.credentials(instance)["ca_file"])
    try:
        code, _, content = service.call(method, path, body)
    except OSError as problem:
        raise paths.Failure(f"the sandbox does not answer: {problem}") from problem
    answer = json.loads(content) if content.strip() else {}
    if code >= 400:
        raise paths.Failure(f"the sandbox refuses: {answer.get('error', code)}")
    return answer


def money(minor):
    return f"{'-' if minor < 0 else ''}{abs(minor) // 100}.{abs(minor) % 100:02d}"


def show_book(book):
    totals = book["totals"]
    print(f"{totals['requests']} requests, {totals['charges']} charges, {totals['duplicates']} repeats,"
          f" {totals['declined']} declined, {totals['voided']} voided")
    print("  " + "   ".join(f"{name} {money(totals[name])}" for name in ("authorized", "captured", "refunded")))
    for batch in book["batches"]["open"]:
        print(f"  open batch {batch['number']:04d} of {batch['merchant']}: {batch['items']} items, net {money(batch['net'])}")
    for batch in book["batches"]["closed"][-5:]:
        print(f"  closed {batch['number']:04d} of {batch['merchant']} at {batch['at']} by the {batch['by']}: net {money(batch['net'])}")
    for charge in book["charges"][-10:]:
        state = " voided" if charge["voided"] else ""
        print(f"  {charge['number']:>6} {charge['tran_code']:<14} {charge['invoice']:<16} {charge['card']}"
              f" {money(charge['authorized']):>9} {charge['text']}{state}")


def show_fault(fault):
    often = f"rate {fault['rate']}" if fault["count_left"] < 0 else f"{fault['count_left']} left"
    print("  ".join(part for part in (fault["kind"], often, fault["tran_code"],
                                      f"{fault['delay_ms']} ms" if fault["delay_ms"] else "") if part))


def asked_fault(options):
    given = {"kind": options.kind, "count": options.count, "rate": options.rate, "delay_ms": options.delay_ms,
             "tran_code": options.tran_code, "form": options.form, "bytes": options.bytes, "until": options.until}
    return {name: value for name, value in given.items() if value is not None}


def faults(instance, options):
    if options.clear:
        return ask(instance, "DELETE", "/sandbox/faults")
    if options.kind:
        return ask(instance, "POST", "/sandbox/faults", asked_fault(options))
    return ask(instance, "GET", "/sandbox/faults")


def clock(instance, options):
    if options.advance is not None:
        return ask(instance, "POST", "/sandbox/clock", {"advance_s": options.advance})
    if options.set:
        return ask(instance, "POST", "/sandbox/clock", {"set": options.set})
    return ask(instance, "GET", "/sandbox/clock")


def run(instance, options):
    if options.part == "reset":
        if not options.yes:
            raise paths.Failure("this forgets the book: say --yes")
        answer = ask(instance, "POST", "/sandbox/reset", {})
    elif options.part == "hosts":
        answer = ask(instance, "POST", "/sandbox/hosts", {"closed": options.close.split(","), "for_ms": options.time * 1000})
    elif options.part == "book":
        answer = ask(instance, "GET", f"/sandbox/book?invoice={urllib.parse.quote(options.invoice, safe='')}&since={options.since}")
    else:
        answer = (clock if options.part == "clock" else faults)(instance, options)
    if options.json:
        print(json.dumps(answer, indent=2))
    elif options.part == "book":
        show_book(answer)
    elif options.part == "clock":
        print(f"{answer['now']}   {answer['ahead_s']} s ahead of the machine")
    elif options.part == "hosts":
        print(f"{options.close}: takes no connections for {options.time} s")
    elif options.part == "fault":
        for fault in answer:
            show_fault(fault)
        if not answer:
            print("no faults stand")
    return 0

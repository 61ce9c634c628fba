"""The vault's frames from outside: connect as any Unix user, speak vault.proto through protoc. Standard library only."""
import ast
import itertools
import json
import os
import pwd
import re
import socket
import struct
import subprocess

from stack import ROOT

CONTRACT = ROOT / "vault" / "contract"
PACKAGE = "postern.vault.v1."
ANSWER_SECONDS = 70  # longer than any forward that a test sends


class Word(str):
    """An enumerator: written without quotes."""


SEND, RESEND, INQUIRE = (Word(f"ATTEMPT_KIND_{kind}") for kind in ("SEND", "RESEND", "INQUIRE"))


def text_format(fields):
    """Protobuf's text format of nested dicts; a list is a repeated field."""
    out = []
    for name, value in fields.items():
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, dict):
                out.append(f"{name} {{ {text_format(one)} }}")
            elif isinstance(one, str) and not isinstance(one, Word):
                out.append(f"{name}: {json.dumps(one)}")
            else:
                out.append(f"{name}: {one}")
    return " ".join(out)


def protoc(mode, message, data):
    done = subprocess.run(["protoc", f"--{mode}={PACKAGE}{message}", f"--proto_path={CONTRACT}", "vault.proto"], input=data,
                          capture_output=True)
    if done.returncode != 0:
        raise RuntimeError(done.stderr.decode())
    return done.stdout


def encode(message, fields):
    return protoc("encode", message, text_format(fields).encode())


def decode(message, data):
    """Nested dicts; text and bytes come as bytes. For messages without repeated fields, as the vault's answers are."""
    root = {}
    open_groups = [root]
    for line in protoc("decode", message, data).decode().splitlines():
        begins, field = re.fullmatch(r"\s*(\w+) {", line), re.fullmatch(r"\s*(\w+): (.*)", line)
        if begins:
            open_groups.append(open_groups[-1].setdefault(begins[1], {}))
        elif field:
            value = field[2]
            open_groups[-1][field[1]] = ast.literal_eval("b" + value) if value.startswith('"') else value
        else:
            open_groups.pop()
    return root


def connect_as(user, path):
    """A socket that this user connected, as the kernel tells its peer. OSError where even connecting is refused."""
    entry = pwd.getpwnam(user)
    ours, theirs = socket.socketpair()
    child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setgid(entry.pw_gid)
            os.setuid(entry.pw_uid)
            made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            made.connect(path)
            socket.send_fds(theirs, [b"connected"], [made.fileno()])
        finally:
            os._exit(0)
    theirs.close()
    _, descriptors, _, _ = socket.recv_fds(ours, 64, 1)
    ours.close()
    os.waitpid(child, 0)
    if not descriptors:
        raise PermissionError(f"{user} cannot connect to {path}")
    made = socket.socket(fileno=descriptors[0])
    made.settimeout(ANSWER_SECONDS)
    return made


class Peer:
    """One connection of one user to one of the vault's sockets."""

    def __init__(self, user, path):
        self.socket, self.numbers = connect_as(user, path), itertools.count(1)

    def send(self, control, secret=b""):
        """Gives the frame's number. base/net/frames.hpp has the layout."""
        number = next(self.numbers)
        body = struct.pack(">QI", number, len(control)) + control + secret
        self.socket.sendall(struct.pack(">I", len(body)) + body)
        return number

    def receive(self):
        """(number, control, secret); ConnectionError where the vault hung up."""
        length, = struct.unpack(">I", self.read(4))
        body = self.read(length)
        number, control_bytes = struct.unpack(">QI", body[:12])
        return number, body[12:12 + control_bytes], body[12 + control_bytes:]

    def read(self, count):
        data = b""
        while len(data) < count:
            more = self.socket.recv(count - len(data))
            if not more:
                raise ConnectionError("hung up")
            data += more
        return data

    def call(self, control, secret=b""):
        number = self.send(control, secret)
        answered, reply, _ = self.receive()
        assert answered == number, (answered, number)
        return reply

    def close(self):
        self.socket.close()


class Gateway(Peer):
    """The gateway's half of its socket, in whoever's hands."""

    def ask_for(self, fields):
        """A GatewayRequest; gives the GatewayReply and the bytes it came in."""
        raw = self.call(encode("GatewayRequest", fields))
        return decode("GatewayReply", raw), raw

    def verdict(self, fields):
        """ "not_sent policy_refused", "sent", "maybe_sent deadline", "failure malformed_request"."""
        return word(self.ask_for(fields)[0])


def word(reply):
    if "failure" in reply:
        return "failure " + reply["failure"]["code"].decode()
    (kind, inside), = reply["verdict"].items()
    return kind if kind == "sent" else f"{kind} {inside['code'].decode()}"

"""The sandbox as a client sees it that nobody here wrote: zeep reads its WSDL and calls what it finds there."""
import argparse
import pathlib
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parents[4]
sys.path.insert(0, str(ROOT / "deploy"))
sys.dont_write_bytecode = True
from orchestrate import peers  # noqa: E402

sys.path.insert(0, str(peers.python_package("zeep", "4.3.3")))
import lxml.etree  # noqa: E402
import requests  # noqa: E402
import zeep  # noqa: E402

BINDING = "{http://www.mercurypay.com}wsSoap"
CARD = "4003000123456781"
# As the public facts list them.
OPERATIONS = {
    "CreditTransaction": ["tran", "pw"], "GiftTransaction": ["tran", "pw"], "LoyaltyTransaction": ["tran", "pw"],
    "Lookup": ["tran", "pw"], "CTranDetail": ["merchant", "pw", "invoice"],
    "CAllDetail": ["merchant", "pw", "invoice", "startdate", "enddate"],
    "CAllDetailEx": ["merchant", "pw", "invoice", "startdate", "enddate", "transactioncode"],
    "CAllGiftDetail": ["merchant", "pw", "invoice", "startdate", "enddate"], "CBatch": ["merchant"],
    "AllowRunAsDebit": ["merchant", "pw", "account"],
    "AssociateAccount": ["account", "identifier", "merchantid", "memo", "pw"],
    "RemoveAccountAssociation": ["account", "identifier", "merchantid", "pw"]}


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


class Host:
    """The program on a folder and a port of its own."""

    def __init__(self, program, folder, more=""):
        folder = pathlib.Path(folder)
        self.ca = folder / "cert.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                        "-keyout", folder / "key.pem", "-out", self.ca, "-subj", "/CN=localhost", "-days", "2",
                        "-addext", "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
        port = free_port()
        (folder / "sandbox.toml").write_text(
            f'[http]\nport = {port}\ncertificate = "{self.ca}"\nprivate_key = "{folder}/key.pem"\n'
            f'[book]\nfile = "{folder}/book.jsonl"\n{more}')
        self.url = f"https://127.0.0.1:{port}/ws/ws.asmx"
        self.process = subprocess.Popen([program, "--config", folder / "sandbox.toml"])
        end = time.monotonic() + 20
        while time.monotonic() < end:
            try:
                return socket.create_connection(("127.0.0.1", port), timeout=5).close()
            except OSError:
                time.sleep(0.05)
        raise AssertionError("the sandbox does not listen")

    def end(self):
        self.process.terminate()
        self.process.wait()


def tstream(**fields):
    """Elements without wrappers, which the host takes as well."""
    known = {"MerchantID": "595901", "TranType": "Credit", "TranCode": "Sale", "RefNo": "1", "AcctNo": CARD,
             "ExpDate": "1230", **fields}
    root = lxml.etree.Element("TStream")
    transaction = lxml.etree.SubElement(root, "Transaction")
    for name, value in known.items():
        if value is not None:
            lxml.etree.SubElement(transaction, name).text = value
    return lxml.etree.tostring(root, encoding="unicode")


def read(document):
    """What a result string holds, by element name; a prolog that names no encoding is fine within a string."""
    return {element.tag: element.text or "" for element in lxml.etree.fromstring(document).iter() if len(element) == 0}


class OnAHost(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.host = Host(PROGRAM, cls.folder.name)
        cls.addClassCleanup(cls.host.end)
        session = requests.Session()
        session.verify, session.trust_env = str(cls.host.ca), False  # else the environment's bundle wins
        cls.addClassCleanup(session.close)
        cls.client = zeep.Client(cls.host.url + "?WSDL", transport=zeep.Transport(session=session, timeout=10))

    def credit(self, **fields):
        return read(self.client.service.CreditTransaction(tran=tstream(**fields), pw="xyz"))


class Zeep(OnAHost):
    def test_offers_every_operation_with_its_parameters(self):
        [service] = self.client.wsdl.services.values()
        [port] = service.ports.values()
        found = {name: [part for part, _ in operation.input.body.type.elements]
                 for name, operation in port.binding._operations.items()}
        self.assertEqual(found, OPERATIONS)
        for name, operation in port.binding._operations.items():
            self.assertEqual(operation.soapaction, f"http://www.mercurypay.com/{name}")
            self.assertTrue(all(element.is_optional for _, element in operation.input.body.type.elements), name)

    def test_sells_repeats_and_looks_up(self):
        sale = {"InvoiceNo": "zeep.1", "Purchase": "4.00", "Memo": "a & b <c>"}
        first, again = self.credit(**sale), self.credit(**sale)
        self.assertEqual((first["CmdStatus"], first["TextResponse"], first["InvoiceNo"]), ("Approved", "AP", "ZEEP.1"))
        self.assertEqual((again["TextResponse"], again["AuthCode"]), ("AP*", first["AuthCode"]))
        row = read(self.client.service.CTranDetail(merchant="595901", pw="xyz", invoice="zeep.1"))
        self.assertEqual((row["STATUS"], row["total"], row["authcode"], row["trantype"]),
                         ("Approved", "4.00", first["AuthCode"], "Sale"))
        self.assertEqual(read(self.client.service.CTranDetail(merchant="595901", pw="xyz", invoice="none"))["STATUS"], "")

    def test_holds_captures_and_returns(self):
        held = self.credit(TranCode="PreAuth", InvoiceNo="zeep.2", Purchase="9.00", Authorize="9.00")
        self.assertEqual(held["CaptureStatus"], "Not Captured")
        taken = self.credit(TranCode="PreAuthCapture", InvoiceNo="zeep.2", Purchase="9.00", Authorize="9.00",
                            AuthCode=held["AuthCode"], AcqRefData=held["AcqRefData"])
        self.assertEqual((taken["TextResponse"], taken["CaptureStatus"]), ("AP", "Captured"))
        self.assertEqual(self.credit(TranCode="Return", InvoiceNo="zeep.3", Purchase="1.00")["TextResponse"], "AP")
        self.assertEqual(self.credit(InvoiceNo="zeep.4", Purchase="2.57")["CmdStatus"], "Declined")

    def test_lists_a_merchants_transactions(self):
        self.credit(InvoiceNo="zeep.5", Purchase="5.00")
        asked = {"merchant": "595901", "pw": "xyz", "invoice": "zeep.5"}
        for start, end, shown in (("01/01/2020", "12/31/2099", "Approved"), ("2020-01-01", "2099-12-31", "Approved"),
                                  ("01/01/2020", "01/02/2020", ""), (None, None, "Approved")):
            found = read(self.client.service.CAllDetail(**asked, startdate=start, enddate=end))
            self.assertEqual(found["STATUS"], shown, (start, end))
        found = read(self.client.service.CAllDetailEx(**asked, transactioncode="Return"))
        self.assertEqual(found["STATUS"], "")

    def test_shows_and_closes_a_batch(self):
        def admin(code, **figures):
            root = lxml.etree.Element("TStream")
            inner = lxml.etree.SubElement(root, "Admin")
            for name, value in {"MerchantID": "494901", "TranCode": code, **figures}.items():
                lxml.etree.SubElement(inner, name).text = value
            return read(self.client.service.CreditTransaction(tran=lxml.etree.tostring(root, encoding="unicode"), pw="xyz"))

        def data_set():
            found = self.client.service.CBatch(merchant="494901")
            [row] = found["_value_1"]["_value_1"]
            return {name: row["Batch"][name] for name in row["Batch"]}

        self.credit(MerchantID="494901", InvoiceNo="zeep.8", Purchase="8.25")
        summary = admin("BatchSummary")
        self.assertEqual((summary["CmdStatus"], summary["BatchItemCount"], summary["NetBatchTotal"]), ("Success", "1", "8.25"))
        figures = {name: value for name, value in summary.items() if name.startswith(("Batch", "Net", "Credit", "Debit"))}
        self.assertLessEqual(figures.items(), data_set().items())
        self.assertEqual(admin("BatchClose", **{**figures, "NetBatchTotal": "8.26"})["CmdStatus"], "Error")
        self.assertEqual(admin("BatchClose", **figures)["CmdStatus"], "Success")
        self.assertEqual((data_set()["BatchNo"], data_set()["BatchItemCount"]), ("0002", "0"))

    def test_spends_a_gift_card(self):
        def gift(code, invoice, **more):
            return read(self.client.service.GiftTransaction(pw="xyz", tran=tstream(
                TranType="PrePaid", IpPort="9100", TranCode=code, InvoiceNo=invoice, AcctNo="6050110000000296951",
                ExpDate=None, **more)))
        self.assertEqual(gift("Issue", "gift.1", Purchase="20.00")["Balance"], "20.00")
        self.assertEqual(gift("Sale", "gift.2", Purchase="5.50")["Balance"], "14.50")
        self.assertEqual(gift("Balance", "gift.3")["Balance"], "14.50")
        row = read(self.client.service.CAllGiftDetail(merchant="595901", pw="xyz", invoice="gift.2"))
        self.assertEqual((row["STATUS"], row["total"]), ("Approved", "5.50"))
        self.assertEqual(read(self.client.service.CTranDetail(merchant="595901", pw="xyz", invoice="gift.2"))["STATUS"], "")

    def test_takes_posts_to_the_address_of_the_wsdl(self):
        there = self.client.create_service(BINDING, self.host.url + "?WSDL")
        answer = read(there.CreditTransaction(tran=tstream(InvoiceNo="zeep.6", Purchase="6.00"), pw="xyz"))
        self.assertEqual(answer["TextResponse"], "AP")

    def test_raises_a_fault_for_what_is_refused(self):
        with self.assertRaisesRegex(zeep.exceptions.Fault, "Invalid Credentials"):
            self.client.service.CTranDetail(merchant="595901", pw="wrong", invoice="zeep.1")
        with self.assertRaisesRegex(zeep.exceptions.Fault, "Invalid Date"):
            self.client.service.CAllDetail(merchant="595901", pw="xyz", invoice="zeep.1", startdate="yesterday")
        with self.assertRaisesRegex(zeep.exceptions.Fault, "LoyaltyTransaction is not simulated"):
            self.client.service.LoyaltyTransaction(tran=tstream(), pw="xyz")
        refused = read(self.client.service.CreditTransaction(tran=tstream(InvoiceNo="zeep.7", Purchase="1.00"), pw="no"))
        self.assertEqual((refused["CmdStatus"], refused["DSIXReturnCode"]), ("Error", "009999"))


class Transfers(OnAHost):
    """Faults below the documents, where only a socket shows them."""
    number = 0

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.session = cls.client.transport.session

    def sell(self, fault, **more):
        """The fault, and what becomes of one sale's answer."""
        type(self).number += 1
        base = self.host.url.removesuffix("/ws/ws.asmx")
        self.session.post(f"{base}/sandbox/faults", json={"kind": fault, **more}, timeout=10).raise_for_status()
        invoice, started = f"net.{self.number}", time.monotonic()
        try:
            self.credit(InvoiceNo=invoice, Purchase="3.00")
            ended = "answered"
        except (requests.RequestException, zeep.exceptions.Error, lxml.etree.XMLSyntaxError) as problem:
            ended = repr(problem)
        self.session.close()  # bytes of the fault may still lie on its connection, unseen by the pool
        row = read(self.client.service.CTranDetail(merchant="595901", pw="xyz", invoice=invoice))
        self.assertEqual(row["STATUS"], "Approved", "booked whatever came of the answer")
        return ended, time.monotonic() - started

    def test_a_transfer_that_is_cut(self):
        self.assertIn("IncompleteRead", self.sell("truncated")[0])
        self.assertIn("Connection", self.sell("truncated", bytes=10)[0])

    def test_a_break_of_tls(self):
        self.assertRegex(self.sell("tls_break")[0], "answered|SSL|Connection")
        self.assertIn("SSL", self.broken_read())

    def broken_read(self):
        """Python's own TLS, read past the answer."""
        base = self.host.url.removesuffix("/ws/ws.asmx")
        self.session.post(f"{base}/sandbox/faults", json={"kind": "tls_break"}, timeout=10).raise_for_status()
        at = urllib.parse.urlsplit(base)
        body = zeep.wsdl.utils.etree_to_string(self.client.create_message(
            self.client.service, "CreditTransaction", tran=tstream(InvoiceNo="net.tls", Purchase="3.00"), pw="xyz"))
        with socket.create_connection((at.hostname, at.port), timeout=10) as raw, \
                ssl.create_default_context(cafile=self.host.ca).wrap_socket(raw, server_hostname=at.hostname) as tls:
            tls.sendall(b"POST /ws/ws.asmx HTTP/1.1\r\nHost: a\r\nContent-Type: text/xml\r\n"
                        b"Content-Length: %d\r\n\r\n" % len(body) + body)
            try:
                while tls.recv(65536):
                    pass
            except ssl.SSLError as problem:
                return repr(problem)
        return "ended in order"

    def test_a_slow_one(self):
        ended, seconds = self.sell("slow_drip", bytes=400, delay_ms=100)
        self.assertEqual(ended, "answered")
        self.assertGreater(seconds, 0.3)


class TwoHosts(unittest.TestCase):
    def looked_up_at_the_other(self, own_book):
        """A sale at the first host, as the second one knows it."""
        port = free_port()
        with tempfile.TemporaryDirectory() as folder:
            host = Host(PROGRAM, folder, f"[backup]\nport = {port}\nown_book = {own_book}\n")
            try:
                with requests.Session() as session:
                    session.verify, session.trust_env = str(host.ca), False
                    client = zeep.Client(host.url + "?WSDL", transport=zeep.Transport(session=session, timeout=10))
                    client.service.CreditTransaction(tran=tstream(InvoiceNo="two", Purchase="2.00"), pw="xyz")
                    other = client.create_service(BINDING, f"https://127.0.0.1:{port}/ws/ws.asmx")
                    return read(other.CTranDetail(merchant="595901", pw="xyz", invoice="two"))["STATUS"]
            finally:
                host.end()

    def test_on_one_book(self):
        self.assertEqual(self.looked_up_at_the_other("false"), "Approved")

    def test_on_two_books(self):
        self.assertEqual(self.looked_up_at_the_other("true"), "")


if __name__ == "__main__":
    options = argparse.ArgumentParser()
    options.add_argument("--program", required=True)
    known, rest = options.parse_known_args()
    PROGRAM = known.program
    unittest.main(argv=[sys.argv[0], *rest], warnings="ignore")

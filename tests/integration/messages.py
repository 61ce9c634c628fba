"""Messages to Mercury as the gateway sends them, as trees that a test can bend; the fields are vault.proto's."""
import copy
import random

# The sandbox declines it: other tests of this instance compare the processor's charges with ours, and these are nobody's.
DECLINED = "2.57"
NAME_SPACE = "http://www.mercurypay.com"
SLOTS = ("card.number", "card.expiry", "card.security_code", "card.holder_name", "card.address", "card.postal_code",
         "account.merchant_id", "account.password")


def text(value):
    return {"text": value}


def slot(name):
    return {"slot": name}


def element(name, leaf):
    return {"name": name, "leaf": leaf}


def group(name, *children):
    return {"name": name, "children": {"element": list(children)}}


def soap(call, *parameters):
    inner = group(call, *parameters)
    inner["attributes"] = [{"name": "xmlns", "value": text(NAME_SPACE)}]
    envelope = group("soap:Envelope", group("soap:Body", inner))
    envelope["attributes"] = [{"name": "xmlns:soap", "value": text("http://schemas.xmlsoap.org/soap/envelope/")}]
    return {"method": "POST", "path_template": "/ws/ws.asmx",
            "headers": [{"name": "SOAPAction", "value": text(f'"{NAME_SPACE}/{call}"')}], "xml": envelope}


def authorize(invoice, amount=DECLINED):
    transaction = group(
        "Transaction", element("TranType", text("Credit")), element("TranCode", text("PreAuth")),
        element("InvoiceNo", text(invoice)), element("RefNo", text(invoice)), element("Memo", text("Postern 0.1")),
        element("MerchantID", slot("account.merchant_id")),
        group("Amount", element("Purchase", text(amount)), element("Authorize", text(amount))),
        group("Account", element("AcctNo", slot("card.number")), element("ExpDate", slot("card.expiry"))))
    tran = {"name": "tran", "embedded": group("TStream", transaction)}
    return soap("CreditTransaction", tran, element("pw", slot("account.password")))


def inquiry(invoice):
    return soap("CTranDetail", element("merchant", slot("account.merchant_id")), element("pw", slot("account.password")),
                element("invoice", text(invoice)))


def nodes(node):
    """Every element of a tree, the root first."""
    yield node
    below = node.get("children", {}).get("element", []) + ([node["embedded"]] if "embedded" in node else [])
    for child in below:
        yield from nodes(child)


def bent(message, change):
    """A copy of the message after `change(copy)`."""
    out = copy.deepcopy(message)
    change(out)
    return out


def find(message, name):
    return next(node for node in nodes(message["xml"]) if node["name"] == name)


def becomes(message, name, node):
    """The element of that name is now this one."""
    old = find(message, name)
    old.clear()
    old.update(node)


def random_id(prefix):
    """As ours are: prefix and 26 characters of Crockford's base32."""
    chooser = random.SystemRandom()
    return prefix + "".join(chooser.choice("0123456789abcdefghjkmnpqrstvwxyz") for _ in range(26))


def slots_off_policy(message):
    """(what, message): each slot in each place, attribute, header and parameter where the policy has none or another."""
    places = len(list(nodes(message["xml"])))
    for name in SLOTS:
        for at in range(places):
            node = list(nodes(message["xml"]))[at]
            if "leaf" in node and node["leaf"] != slot(name):
                yield (f"{name} as {node['name']}",
                       bent(message, lambda m: list(nodes(m["xml"]))[at].update(leaf=slot(name))))
            if "children" in node:
                yield (f"{name} in a new child of {node['name']}", bent(
                    message, lambda m: list(nodes(m["xml"]))[at]["children"]["element"].append(element("Note", slot(name)))))
            yield (f"{name} as an attribute of {node['name']}", bent(message, lambda m: list(nodes(m["xml"]))[at].setdefault(
                "attributes", []).append({"name": "note", "value": slot(name)})))
        yield f"{name} as SOAPAction", bent(message, lambda m: m["headers"][0].update(value=slot(name)))
        yield (f"{name} as a new header",
               bent(message, lambda m: m["headers"].append({"name": "X-Note", "value": slot(name)})))
        yield (f"{name} in the path", bent(message, lambda m: m.update(
            path_template="/ws/{note}", path_parameters=[{"name": "note", "value": slot(name)}])))
        yield f"{name} in a form", {**{key: value for key, value in message.items() if key != "xml"},
                                    "form": {"field": [{"name": "AcctNo", "value": slot(name)}]}}


def shapes_off_policy(message):
    """(what, message): right slots, wrong message."""
    def change(what, by):
        return what, bent(message, by)

    yield change("a second transaction", lambda m: find(m, "TStream")["children"]["element"].append(
        copy.deepcopy(find(m, "Transaction"))))
    yield change("the number twice", lambda m: find(m, "Account")["children"]["element"].append(
        element("AcctNo", slot("card.number"))))
    yield change("typed digits for the number", lambda m: find(m, "AcctNo").update(leaf=text("1")))
    yield change("another's merchant id as text", lambda m: find(m, "MerchantID").update(leaf=text("494901")))
    yield change("another password as text", lambda m: find(m, "pw").update(leaf=text("xyz")))
    yield change("no merchant id", lambda m: find(m, "Transaction")["children"]["element"].remove(find(m, "MerchantID")))
    yield change("another verb's code", lambda m: find(m, "TranCode").update(leaf=text("Return")))
    yield change("the number below a memo", lambda m: becomes(
        m, "Memo", group("Memo", element("AcctNo", slot("card.number")))))
    yield change("the document as children", lambda m: find(m, "tran").update(
        children={"element": [find(m, "tran").pop("embedded")]}))
    yield change("a document where none may be", lambda m: becomes(
        m, "Memo", {"name": "Memo", "embedded": group("Account", element("AcctNo", slot("card.number")))}))
    yield change("a name that spells a path", lambda m: find(m, "Memo").update(name="Account/AcctNo"))
    yield change("a line break in a text", lambda m: find(m, "InvoiceNo").update(leaf=text("1\r\nX-Note: 1")))
    yield change("a text too long", lambda m: find(m, "InvoiceNo").update(leaf=text("1" * 600)))
    yield change("another method", lambda m: m.update(method="GET"))
    yield change("another path", lambda m: m.update(path_template="/ws/other.asmx"))
    yield change("a header twice", lambda m: m["headers"].append(copy.deepcopy(m["headers"][0])))
    yield change("no header", lambda m: m.pop("headers"))
    yield change("no body", lambda m: m.pop("xml"))

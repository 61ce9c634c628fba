"""The processor's book against ours: what every run under faults is judged by."""
import collections


def assert_books_agree(test, stack):
    """Once nothing is open: no invoice in the processor's book that we do not know, none charged twice, and the sales
    that stand there are exactly those that stand in our ledger. Per payment, events have no gap."""
    book = stack.book()["charges"]
    known = {row[0].upper() for row in stack.rows("SELECT processor_identity FROM operations")}
    test.assertEqual({row["invoice"].upper() for row in book} - known, set(), "in the processor's book, unknown to us")

    standing = collections.Counter(row["invoice"].upper() for row in book if row["captured"] and not row["voided"])
    test.assertEqual([invoice for invoice, times in standing.items() if times > 1], [], "charged twice")
    sales = {row[0].upper(): row[1] == "live" and int(row[2]) > 0 for row in stack.rows(
        "SELECT o.processor_identity, p.standing, p.captured_minor FROM operations o JOIN payments p USING (payment_id)"
        " WHERE o.verb = 'sale'")}
    ours = {invoice for invoice, stands in sales.items() if stands}
    theirs = set(standing) & set(sales)
    test.assertEqual(ours - theirs, set(), "in our ledger, not in the processor's book")
    test.assertEqual(theirs - ours, set(), "in the processor's book, not in our ledger")

    gaps = stack.rows("SELECT payment_id FROM events GROUP BY payment_id HAVING count(*) <> max(version)")
    test.assertEqual(gaps, [])

#include "processors/mercury/sandbox/book.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "processors/mercury/sandbox/entry_json.hpp"

namespace postern::mercury::sandbox {
namespace {

class BookFile : public testing::Test {
protected:
    BookFile() { std::filesystem::remove(path_); }
    ~BookFile() override { std::filesystem::remove(path_); }
    std::string path_ = (std::filesystem::temp_directory_path() /
                         ("book-" + std::to_string(::getpid()) + "-" +
                          testing::UnitTest::GetInstance()->current_test_info()->name())).string();
};

Entry approved(std::string tran_code, std::string invoice, std::int64_t minor) {
    Entry entry;
    entry.merchant = "m";
    entry.tran_code = std::move(tran_code);
    entry.invoice = std::move(invoice);
    entry.amount_minor = entry.authorized_minor = minor;
    entry.status = "Approved";
    entry.code = "000000";
    entry.text = "AP";
    entry.acq_ref_data = "K " + entry.invoice + " ";
    entry.ref_no = "1";
    entry.auth_code = entry.invoice;
    return entry;
}

TEST_F(BookFile, ReadsBackWhatItWrote) {
    {
        auto book = *Book::open(path_);
        ASSERT_TRUE(book.add(approved("PreAuth", "A", 100)));
        Entry capture = approved("PreAuthCapture", "B", 60);
        capture.target = 1;
        ASSERT_TRUE(book.add(capture));
        Entry duplicate = approved("PreAuth", "A", 100);
        duplicate.duplicate_of = 1;
        ASSERT_TRUE(book.add(duplicate));
    }
    const auto again = *Book::open(path_);
    ASSERT_EQ(again.entries().size(), 3u);
    EXPECT_EQ(again.at(1).captured_minor, 60);
    EXPECT_EQ(again.at(1).repeats, 1);
    EXPECT_EQ(again.find_acq_ref_data("m", "K A "), 1);
    EXPECT_EQ(again.find_invoice("m", "a"), std::vector<std::int64_t>{1});
}

TEST_F(BookFile, DropsALastLineThatWasNeverAnswered) {
    {
        auto book = *Book::open(path_);
        ASSERT_TRUE(book.add(approved("Sale", "A", 100)));
    }
    std::ofstream(path_, std::ios::app) << "{\"number\":2,\"at";
    auto again = *Book::open(path_);
    EXPECT_EQ(again.entries().size(), 1u);
    ASSERT_TRUE(again.add(approved("Sale", "B", 100)));
    EXPECT_EQ((*Book::open(path_)).entries().size(), 2u);
}

TEST_F(BookFile, KeepsWhatJsonWouldTakeForItsOwn) {
    const std::string odd = "a\"b\\c\td\x1f\xC3\xA9";
    {
        auto book = *Book::open(path_);
        Entry entry = approved("Sale", odd, 100);
        entry.is_reversal = true;
        ASSERT_TRUE(book.add(entry));
    }
    const auto again = *Book::open(path_);
    EXPECT_EQ(again.at(1).invoice, odd);
    EXPECT_TRUE(again.at(1).is_reversal);
}

TEST(Book, FindsTheEntriesOfAnInvoiceInOrder) {
    Book book;
    for (const char* invoice : {"A", "B", "A", "A"}) ASSERT_TRUE(book.add(approved("Sale", invoice, 100)));
    EXPECT_EQ(book.find_invoice("m", "a"), (std::vector<std::int64_t>{1, 3, 4}));
    EXPECT_EQ(book.find_invoice("other", "a"), std::vector<std::int64_t>{});
    EXPECT_EQ(book.find_acq_ref_data("m", "K A "), 4) << "the newest";
}

TEST_F(BookFile, RefusesAGap) {
    std::string line;
    append_line(approved("Sale", "A", 1), 2, line);
    std::ofstream(path_) << line;
    EXPECT_EQ(Book::open(path_).error().code, "book_unreadable");
}

TEST(Book, UndoesAHoldWithItsCapturesAndACaptureAlone) {
    Book book;
    ASSERT_TRUE(book.add(approved("PreAuth", "A", 100)));
    for (const char* invoice : {"B", "C"}) {
        Entry capture = approved("PreAuthCapture", invoice, 30);
        capture.target = 1;
        ASSERT_TRUE(book.add(capture));
    }
    Entry one = approved("VoidSale", "B", 30);
    one.target = 2;
    ASSERT_TRUE(book.add(one));
    EXPECT_TRUE(book.at(2).is_voided);
    EXPECT_FALSE(book.at(1).is_voided);
    EXPECT_EQ(book.at(1).captured_minor, 30);
    Entry all = approved("VoidSale", "A", 100);
    all.target = 1;
    all.is_reversal = true;
    ASSERT_TRUE(book.add(all));
    EXPECT_TRUE(book.at(1).is_voided);
    EXPECT_TRUE(book.at(3).is_voided);
}

TEST(BookJson, AddsUpWhatStands) {
    Book book;
    ASSERT_TRUE(book.add(approved("Sale", "A", 100)));
    ASSERT_TRUE(book.add(approved("Sale", "B", 50)));
    ASSERT_TRUE(book.add(approved("Return", "C", 20)));
    Entry undo = approved("VoidSale", "B", 50);
    undo.target = 2;
    ASSERT_TRUE(book.add(undo));
    const std::string text = book_json(book, {});
    EXPECT_NE(text.find("\"totals\":{\"requests\":4,\"charges\":2,\"duplicates\":0,\"declined\":0,\"errors\":0,"
                        "\"authorized\":100,\"captured\":100,\"refunded\":20,\"voided\":1}"),
              std::string::npos)
        << text;
    const auto ask = [](const auto& change) {
        BookQuery query;
        change(query);
        return query;
    };
    EXPECT_EQ(book_json(book, ask([](BookQuery& q) { q.totals_only = true; })).find("charges\":["), std::string::npos);
    EXPECT_EQ(book_json(book, ask([](BookQuery& q) { q.invoice = "a"; })).find("\"invoice\":\"B\""), std::string::npos);
    EXPECT_EQ(book_json(book, ask([](BookQuery& q) { q.since = 1; })).find("\"invoice\":\"A\""), std::string::npos);
}

}  // namespace
}  // namespace postern::mercury::sandbox

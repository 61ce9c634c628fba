#include <set>

#include "tests/gateway/storage/storage_fixture.hpp"

namespace postern::gateway {
namespace {

class Reads : public StorageTest {
protected:
    ListQuery query(int page_size) {
        ListQuery made{tenant_, page_size, {}, {}, {}, {}};
        return made;
    }
    // All pages; the sizes of each on the way.
    std::vector<std::string> walk(ListQuery asked) {
        std::vector<std::string> ids;
        for (int pages = 0; pages < 100; ++pages) {
            const auto page = run(store_.list(asked, soon()));
            EXPECT_LE(static_cast<int>(page->payments.size()), asked.page_size);
            for (const auto& one : page->payments) ids.push_back(one.payment.id.text());
            if (page->next_page_token.empty()) return ids;
            asked.page_token = page->next_page_token;
        }
        ADD_FAILURE() << "pages without end";
        return ids;
    }
};

TEST_F(Reads, PagesShowEachPaymentOnceNewestFirst) {
    std::vector<std::string> newest_first;
    const auto moment = now();
    for (int i = 0; i < 11; ++i) {
        auto command = new_payment();
        command.payment.created_at = moment + std::chrono::microseconds{i / 3};  // some at the same moment
        newest_first.insert(newest_first.begin(), prepare(command).payment.id.text());
    }
    for (const int size : {1, 4, 11, 50}) {
        const auto ids = walk(query(size));
        EXPECT_EQ(ids.size(), 11U) << size;
        EXPECT_EQ(std::set(ids.begin(), ids.end()), std::set(newest_first.begin(), newest_first.end())) << size;
        EXPECT_EQ(ids, walk(query(50))) << size;
    }
}

TEST_F(Reads, WhatComesMeanwhileDoesNotShiftThePages) {
    for (int i = 0; i < 4; ++i) prepare(new_payment());
    auto asked = query(2);
    const auto first = run(store_.list(asked, soon()));
    prepare(new_payment());
    asked.page_token = first->next_page_token;
    const auto second = run(store_.list(asked, soon()));
    ASSERT_EQ(second->payments.size(), 2U);
    for (const auto& one : second->payments)
        for (const auto& before : first->payments) EXPECT_NE(one.payment.id, before.payment.id);
    EXPECT_EQ(second->payments[0].operations.size(), 1U);
}

TEST_F(Reads, FiltersByStatusStoreAndOrder) {
    const auto live = approved();
    auto numbered = new_payment();
    numbered.payment.order_reference = "123456789012345";
    prepare(numbered);
    auto by_status = query(10);
    by_status.status = "authorized";
    EXPECT_EQ(walk(by_status), std::vector<std::string>{live.id.text()});
    auto by_order = query(10);
    by_order.order_reference = "123456789012345";
    EXPECT_EQ(walk(by_order), std::vector<std::string>{numbered.payment.id.text()});
    auto by_store = query(10);
    by_store.store_id = store_id_.text();
    EXPECT_EQ(walk(by_store).size(), 2U);
    by_store.store_id = StoreId::create(now(), random_).text();
    EXPECT_TRUE(walk(by_store).empty());
}

TEST_F(Reads, OtherTenantsSeeNothing) {
    prepare(new_payment());
    auto foreign = query(10);
    foreign.tenant_id = TenantId::create(now(), random_);
    EXPECT_TRUE(walk(foreign).empty());
}

TEST_F(Reads, RefusesAForeignToken) {
    auto asked = query(10);
    asked.page_token = "whatever";
    EXPECT_EQ(run(store_.list(asked, soon())).error().code, "bad_page_token");
}

TEST_F(Reads, OddTextsComeBackAsTheyWere) {
    auto command = new_payment();
    command.payment.order_reference = "\"quoted\" \\ {braces}, NULL, 4111 1111 and ünïcode";
    command.payment.tender.tender_id = "~123456789012345";
    prepare(command);
    const auto stored = view(command.payment.id).payment;
    EXPECT_EQ(stored.order_reference, command.payment.order_reference);
    EXPECT_EQ(stored.tender, command.payment.tender);
}

TEST_F(Reads, ReadinessCommits) {
    ASSERT_TRUE(run(store_.prove_commit(soon())));
    ASSERT_TRUE(run(store_.prove_commit(soon())));
    EXPECT_EQ(count("probes"), 1);
}

}  // namespace
}  // namespace postern::gateway

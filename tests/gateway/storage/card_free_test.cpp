#include <cstdio>
#include <random>

#include "base/base32.hpp"
#include "tests/gateway/storage/storage_fixture.hpp"

namespace postern::gateway {
namespace {

class CardFree : public StorageTest {
protected:
    std::string dump() const {
        const auto command = "/usr/lib/postgresql/15/bin/pg_dump -h " +
                             support::PostgresCluster::instance().socket_folder() + " -U postgres " + database_.name();
        FILE* pipe = ::popen(command.c_str(), "r");
        std::string text;
        char buffer[65536];
        while (const auto n = std::fread(buffer, 1, sizeof buffer, pipe)) text.append(buffer, n);
        EXPECT_EQ(::pclose(pipe), 0);
        return text;
    }
    // Texts as callers and processors send them: long numbers among them, which are no cards.
    std::string odd_text() {
        constexpr std::string_view letters = "0123456789012345678901234567890123456789 ab~-\"\\,{}";
        std::string text;
        for (std::size_t i = 0; i < 5 + dice_() % 40; ++i) text += letters[dice_() % letters.size()];
        return text;
    }
    std::mt19937 dice_{7};
};

TEST_F(CardFree, NoRunOfTwelveDigitsAnywhereInADump) {
    for (int round = 0; round < 10; ++round) {
        std::vector<Awaitable<Result<PrepareResult>>> calls;
        for (int i = 0; i < 20; ++i) {
            auto command = new_payment(99'999'999'999);
            command.command = keyed(odd_text() + std::to_string(round * 100 + i), "/v1/payments", 99'999'999'999);
            command.payment.order_reference = odd_text();
            command.payment.tender.tender_id = odd_text() + std::to_string(round * 100 + i);
            command.operation.processor_identity = "123456789012" + std::to_string(round * 100 + i);
            command.operation.vault_epoch = "1234567890123456";
            calls.push_back(store_.prepare(std::move(command), soon()));
        }
        for (const auto& result : run_all(std::move(calls))) {
            ASSERT_TRUE(as<Prepared>(result)) << name_of(result);
            auto recorded = dice_() % 3 ? approval(*as<Prepared>(result), 99'999'999'999)
                                        : outcome(*as<Prepared>(result),
                                                  domain::DeclinedClaim{{domain::DeclineReason::generic, odd_text(), false}});
            recorded.evidence.raw = "4111111111111111 " + odd_text();
            recorded.change->answer.body = R"({"reference":"123456789012345"})";
            recorded.change->next_step = odd_text();
            ASSERT_EQ(*run(store_.record(std::move(recorded), soon())), OutcomeVerdict::applied);
        }
    }
    const auto text = dump();
    EXPECT_GT(text.size(), 100'000U);
    std::size_t begin = 0;
    while (begin < text.size()) {
        const auto end = std::min(text.find('\n', begin), text.size());
        const std::string_view line{text.data() + begin, end - begin};
        ASSERT_LT(longest_digit_run(line), 12U) << line;
        begin = end + 1;
    }
}

}  // namespace
}  // namespace postern::gateway

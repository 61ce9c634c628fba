#include "vault/keeper/host_choice.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace postern::vault {
namespace {

using Order = std::vector<std::size_t>;

class Hosts {
public:
    explicit Hosts(std::size_t count, HostRules rules) : choice_{count, rules} {}

    // Offered, as the operation's message of that number; `taken_by` answers it (or, not answered, may have got it).
    Order offer(char operation, int number, std::size_t taken_by, bool answered = true, bool is_charge = true,
                const std::string& token = "tok_a") {
        const OperationId id = *OperationId::parse(std::string("op_0000000000000000000000000") + operation);
        const HostChoice::Message message{id, token, is_charge, number == 1};
        const Order places = choice_.places(message);
        if (std::ranges::find(places, taken_by) != places.end()) choice_.reached(message, places, taken_by, answered);
        return places;
    }

private:
    HostChoice choice_;
};
const HostRules one_book{.one_book = true, .stay = 2};
const HostRules own_books{.one_book = false, .stay = 2};

TEST(HostChoices, BeginWithTheFirstHost) {
    Hosts hosts{3, one_book};
    for (const char operation : {'1', '2', '3'}) EXPECT_EQ(hosts.offer(operation, 1, 0), (Order{0, 1, 2}));
}

TEST(HostChoices, StayForAWhileWithTheHostThatAnsweredForTheFirst) {
    Hosts hosts{3, one_book};
    EXPECT_EQ(hosts.offer('1', 1, 2), (Order{0, 1, 2}));
    EXPECT_EQ(hosts.offer('2', 1, 2), (Order{2, 0, 1}));
    EXPECT_EQ(hosts.offer('3', 1, 2), (Order{2, 0, 1}));
    EXPECT_EQ(hosts.offer('4', 1, 0), (Order{0, 1, 2})) << "then the first is offered it again";
}

TEST(HostChoices, GoBackWhereTheFirstAnswersForTheOther) {
    Hosts hosts{2, one_book};
    hosts.offer('1', 1, 1);
    EXPECT_EQ(hosts.offer('2', 1, 0), (Order{1, 0}));
    EXPECT_EQ(hosts.offer('3', 1, 0), (Order{0, 1}));
}

TEST(HostChoices, ALostAnswerIsNoReasonToStay) {
    Hosts hosts{2, one_book};
    hosts.offer('1', 1, 1, false);
    EXPECT_EQ(hosts.offer('2', 1, 0), (Order{0, 1}));
}

TEST(HostChoices, OfOneBookEveryHostKnowsEveryRepeat) {
    Hosts hosts{2, one_book};
    hosts.offer('1', 1, 0, false);
    EXPECT_EQ(hosts.offer('1', 2, 1), (Order{0, 1}));
    EXPECT_EQ(hosts.offer('1', 3, 1), (Order{1, 0}));
}

// The rule that keeps a read time-out from becoming a second charge.
TEST(HostChoices, OfBooksOfTheirOwnOnlyANewChargeMayGoElsewhere) {
    Hosts hosts{2, own_books};
    EXPECT_EQ(hosts.offer('1', 1, 0, false), (Order{0, 1}));
    EXPECT_EQ(hosts.offer('1', 2, 0), (Order{0}));
    EXPECT_EQ(hosts.offer('1', 3, 0), (Order{0}));
    EXPECT_EQ(hosts.offer('2', 1, 1, false), (Order{0, 1}));
    EXPECT_EQ(hosts.offer('2', 2, 1), (Order{1}));
    EXPECT_EQ(hosts.offer('2', 3, 1, true, true, ""), (Order{1}));
}

TEST(HostChoices, WhatFollowsAChargeGoesWhereItsCardWasCharged) {
    Hosts hosts{2, own_books};
    hosts.offer('1', 1, 1, true, true, "tok_b");
    EXPECT_EQ(hosts.offer('2', 1, 1, true, false, "tok_b"), (Order{1})) << "a capture";
    EXPECT_EQ(hosts.offer('2', 2, 1, true, false, ""), (Order{1}));
    EXPECT_EQ(hosts.offer('3', 1, 1, true, false, "tok_b"), (Order{1}));
    EXPECT_EQ(hosts.offer('4', 1, 0, true, false, "tok_c"), (Order{0}));
}

TEST(HostChoices, WhatBeganBeforeThisProcessGoesNowhere) {
    Hosts hosts{2, own_books};
    EXPECT_EQ(hosts.offer('1', 2, 0), Order{});
    EXPECT_EQ(hosts.offer('1', 3, 0), Order{});
    Hosts single{1, own_books};
    EXPECT_EQ(single.offer('1', 2, 0), (Order{0}));
}

}  // namespace
}  // namespace postern::vault

#include "gateway/app/answer_sweeper.hpp"

#include "tests/gateway/app/gateway_fixture.hpp"

namespace postern::gateway {
namespace {

// Three pages; remembers what it was asked.
class ScriptedArchive final : public AnswerArchive {
public:
    Awaitable<Result<ForgottenAnswers>> forget_answers(Timestamp now, std::chrono::hours kept, KeyPlace after,
                                                       int) override {
        asked.emplace_back(after.tenant_id + "/" + after.key, now - kept);
        if (fails) co_return Error{ErrorKind::unavailable, "storage_unavailable"};
        if (asked.size() == 3) co_return ForgottenAnswers{5, {}};
        co_return ForgottenAnswers{10, KeyPlace{"ten", std::to_string(asked.size())}};
    }
    std::vector<std::pair<std::string, Timestamp>> asked;
    bool fails = false;
};

class AnswerSweeperTest : public GatewayTest {
protected:
    std::int64_t sweep() {
        std::int64_t forgotten = 0;
        boost::asio::co_spawn(io_, sweeper_.run_once(), [&](std::exception_ptr, std::int64_t count) { forgotten = count; });
        io_.restart();
        io_.run();
        return forgotten;
    }
    ScriptedArchive archive_;
    AnswerSweeper sweeper_{archive_, clock_, sleeper_, observer_, {}};
};

TEST_F(AnswerSweeperTest, GoesThroughAllPagesWithItsClock) {
    const auto begun = clock_.now();
    EXPECT_EQ(sweep(), 25);
    ASSERT_EQ(archive_.asked.size(), 3U);
    EXPECT_EQ(archive_.asked[0].first, "/");
    EXPECT_EQ(archive_.asked[2].first, "ten/2");
    EXPECT_EQ(archive_.asked[0].second, begun - std::chrono::hours{720});
    EXPECT_GT(archive_.asked[1].second, archive_.asked[0].second) << "it pauses between pages";
}

TEST_F(AnswerSweeperTest, AFailureEndsThePassAndIsTold) {
    archive_.fails = true;
    EXPECT_EQ(sweep(), 0);
    EXPECT_EQ(archive_.asked.size(), 1U);
    EXPECT_EQ(observer_.failures, std::vector<std::string>{"storage_unavailable"});
}

}  // namespace
}  // namespace postern::gateway

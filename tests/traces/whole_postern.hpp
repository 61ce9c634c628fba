#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "base/crypto/sealed_box.hpp"
#include "gateway/app/resolver.hpp"
#include "gateway/http/api.hpp"
#include "gateway/http/payment_json.hpp"
#include "gateway/http/readiness.hpp"
#include "gateway/http/reporting_observer.hpp"
#include "gateway/storage/postgres_directory.hpp"
#include "gateway/storage/postgres_payment_store.hpp"
#include "gateway/storage/postgres_resolver_store.hpp"
#include "processors/mercury/adapter.hpp"
#include "processors/mercury/sandbox/sandbox.hpp"
#include "tests/support/seeded_random.hpp"
#include "tests/traces/told_time.hpp"
#include "vault/keeper/routes.hpp"
#include "vault/storage/pg_vault_store.hpp"

namespace postern::traces {

// The way out: the processor's sandbox in this process, and what happens to its answers.
class SandboxEgress final : public vault::EgressPort {
public:
    explicit SandboxEgress(const Clock& clock) : sandbox_{mercury::sandbox::default_settings(), {}, clock, random_, {}} {}
    boost::asio::awaitable<vault::EgressAnswer> exchange(vault::EgressHost host, wiped::Bytes request,
                                                         std::chrono::milliseconds time_left) override;
    enum class Fate { answered, code_echoed, answer_lost, nothing_left } next = Fate::answered;  // of one message

private:
    test::SeededRandom random_{3};
    mercury::sandbox::Sandbox sandbox_;
};

// The keeper as its program builds it, on a real database and journal; only its sockets are function calls.
class WholeVault {
public:
    explicit WholeVault(ToldClock& clock);
    ~WholeVault();
    net::FrameHandler gateway_socket() { return vault::gateway_routes(*services_); }
    net::FrameHandler front_socket() { return vault::front_routes(*services_); }

    ToldClock& clock;
    ToldDatabase database;
    const std::string journal_folder;
    SandboxEgress egress;

    boost::asio::awaitable<void> open_shop(AccountId account, TenantId tenant, std::string caller_key);
    boost::asio::awaitable<void> remember_head() { (void)co_await store_->remember_head(journal_->head()); }
    std::string epoch() const { return journal_->epoch(); }

private:
    test::SeededRandom random_{2};
    std::unique_ptr<vault::sealed::Arena> arena_;
    vault::sealed::OneTimeStore codes_;
    std::unique_ptr<vault::PgVaultStore> store_;
    std::optional<vault::sealed::KeyRing> keys_;
    vault::Destinations destinations_;
    std::unique_ptr<vault::Journal> journal_;
    std::optional<vault::Custody> custody_;
    std::optional<vault::Forwarder> forwarder_;
    std::optional<vault::Cards> cards_;
    std::optional<vault::Administration> administration_;
    std::optional<vault::Readiness> readiness_;
    std::optional<vault::KeeperServices> services_;
};

// The gateway's end of that socket.
class CalledVault final : public vault::VaultClient {
public:
    explicit CalledVault(WholeVault& vault) : vault_{vault} {}
    boost::asio::awaitable<Result<vault::Verdict>> forward(vault::ForwardRequest request) override;
    boost::asio::awaitable<Result<vault::Verdict>> ask(TenantId tenant_id, vault::AttemptKey key,
                                                       std::string known_epoch) override;
    boost::asio::awaitable<Result<vault::TokenSummary>> describe(TenantId tenant_id, CardToken token) override;
    std::string epoch() const override { return vault_.epoch(); }

private:
    WholeVault& vault_;
};

struct Answer {
    int status = 0;
    std::string body;
};

// Front, keeper, gateway, both databases and the journal, with time, ids and randomness fixed.
class WholePostern {
public:
    WholePostern();

    // What a card's holder and a till do.
    std::string tokenize(std::string_view number, std::string_view code);
    std::string describe(const std::string& token);
    Answer pay(const std::string& intent, int amount_minor, const std::string& token);
    Answer act(const std::string& payment, const std::string& verb, const std::string& body = "{}");
    void pass(std::chrono::microseconds time);
    int resolve();  // one look of the resolver; how many operations it took
    SandboxEgress& egress() { return vault_.egress; }

    // Everything that is left behind, by name: each table's rows, each journal file's bytes, each answer's body.
    std::map<std::string, std::string> traces();

private:
    class MovingSleeper final : public gateway::Sleeper {
    public:
        explicit MovingSleeper(WholePostern& whole) : whole_{whole} {}
        gateway::Awaitable<void> sleep(std::chrono::milliseconds pause) override {
            whole_.pass(pause);
            co_await boost::asio::post(boost::asio::use_awaitable);
        }

    private:
        WholePostern& whole_;
    };
    template <class T>
    T run(boost::asio::awaitable<T> work);
    void run(boost::asio::awaitable<void> work);
    void insert_merchant();
    Answer send(std::string_view path, const std::string& body);

    ToldClock clock_;
    test::SeededRandom random_{1};
    boost::asio::io_context context_{1};
    ToldDatabase database_;
    WholeVault vault_{clock_};
    const TenantId tenant_ = TenantId::create(clock_.now(), random_);
    const StoreId store_ = StoreId::create(clock_.now(), random_);
    const DeviceId device_ = DeviceId::create(clock_.now(), random_);
    const AccountId account_ = AccountId::create(clock_.now(), random_);
    std::map<std::string, std::string> answers_;

    crypto::EvidenceBox box_{{1, 2, 3}, random_};
    CalledVault called_{vault_};
    gateway::PostgresPaymentStore payments_;
    gateway::PostgresResolverStore operations_;
    gateway::PostgresDirectory directory_;
    mercury::MercuryAdapter mercury_{mercury::Switches{}};
    gateway::Adapters adapters_{&mercury_};
    gateway::JsonAnswerRenderer renderer_;
    MovingSleeper sleeper_{*this};
    gateway::ReportingObserver observer_;
    gateway::IdentityAllocator identities_;
    gateway::SingleFlight flights_;
    gateway::AccountGates gates_{{}, clock_};
    gateway::Services services_{payments_, operations_, directory_, called_,   adapters_,   renderer_,
                                clock_,    random_,     sleeper_,   observer_, identities_, flights_, gates_};
    gateway::UseCases use_cases_{services_};
    gateway::ProbingReadiness readiness_{[this](Instant at) { return payments_.prove_commit(at); }, called_, clock_};
    gateway::Api api_{use_cases_, directory_, readiness_, clock_, random_, {}};
};

}  // namespace postern::traces

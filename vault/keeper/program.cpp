#include "vault/keeper/program.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/crypto/system_random.hpp"
#include "base/ops/lifecycle.hpp"
#include "base/ops/log.hpp"
#include "base/ops/metrics.hpp"
#include "vault/keeper/routes.hpp"
#include "vault/keeper/settings.hpp"
#include "vault/keeper/socket_egress.hpp"
#include "vault/storage/pg_vault_store.hpp"

namespace postern::vault {
namespace {

namespace asio = boost::asio;

std::vector<sealed::WrappedKey> wrapped(const std::vector<StoredKey>& stored) {
    std::vector<sealed::WrappedKey> out;
    for (const auto& key : stored)
        if (auto purpose = sealed::parse_key_purpose(key.purpose)) out.push_back({*purpose, key.version, key.wrapped});
    return out;
}

std::vector<StoredKey> stored(const std::vector<sealed::WrappedKey>& keys) {
    std::vector<StoredKey> out;
    for (const auto& key : keys) out.push_back({std::string(to_text(key.purpose)), key.version, key.wrapped});
    return out;
}

// The keys of the database, made at the very first start. Where another keeper was faster, its keys count.
Result<sealed::KeyRing> open_keys(const KeeperSettings& settings, sealed::Arena& arena, Random& random,
                                  VaultStore& store, std::size_t& created) {
    auto root = sealed::KeyRing::read_root_key(arena, settings.root_key_file);
    if (!root) return root.error();
    for (int round = 0; round < 3; ++round) {
        auto rows = store.read_keys();
        if (!rows) return rows.error();
        auto keys = sealed::KeyRing::open(arena, random, *root, wrapped(*rows));
        if (!keys) return keys.error();
        auto missing = keys->create_missing(*root);
        if (!missing) return missing.error();
        created = missing->size();
        if (missing->empty()) return keys;
        const auto kept = store.insert_keys(stored(*missing));
        if (kept) return keys;
        if (kept.error().code != "keys_conflict") return kept.error();
    }
    return Error{ErrorKind::unavailable, "keys_conflict"};
}

class Keeper {
public:
    explicit Keeper(KeeperSettings settings) : settings_{std::move(settings)}, codes_{clock_, settings_.code_life} {}

    Status open() {
        auto arena = sealed::Arena::create(settings_.arena_bytes, settings_.mode);
        if (!arena) return arena.error();
        arena_ = std::move(*arena);
        store_ = std::make_unique<PgVaultStore>(PgVaultStoreOptions{settings_.connection_string}, clock_);
        auto keys = open_keys(settings_, *arena_, random_, *store_, keys_created_);
        if (!keys) return keys.error();
        keys_.emplace(std::move(*keys));
        auto head = store_->read_head();
        if (!head) return head.error();
        auto journal = Journal::open({settings_.journal_folder, *head}, clock_, random_);
        if (!journal) return journal.error();
        journal_ = std::move(*journal);
        return {};
    }

    int serve() {
        custody_.emplace(Custody{clock_, random_, *arena_, *keys_, codes_, *store_, *journal_});
        egress_.emplace(context_, settings_.egress);
        forwarder_.emplace(*custody_, settings_.destinations, *egress_);
        cards_.emplace(*custody_);
        administration_.emplace(*custody_);
        readiness_.emplace(*custody_, std::chrono::milliseconds{2000});
        services_.emplace(
            KeeperServices{*custody_, *forwarder_, *cards_, *administration_, *readiness_, settings_.mode_name});
        asio::co_spawn(context_, begin(), asio::detached);
        ops::on_termination(context_, [this] { asio::co_spawn(context_, drain(), asio::detached); });
        context_.run();
        administration_->finish();
        return exit_code_;
    }

private:
    Caller self() const { return {"keeper", "uid " + std::to_string(::getuid())}; }

    void say_protections() const {
        const auto& log = arena_->protection().starts_with("none") ? ops::warn : ops::info;
        log("keeper protections", {{"mode", settings_.mode_name},
                                   {"arena", std::string(arena_->protection())},
                                   {"arena_kibibytes", std::to_string(settings_.arena_bytes / 1024)},
                                   {"journal_epoch", journal_->epoch()},
                                   {"new_epoch_reason", std::string(journal_->new_epoch_reason())}});
    }

    // The database must know the journal's head before anything is promised on it.
    asio::awaitable<void> begin() {
        say_protections();
        auto good = co_await store_->remember_head(journal_->head());
        if (good && keys_created_ > 0)
            good = co_await audit(*custody_, JournalEvent::key_created, self(), std::to_string(keys_created_) + " keys");
        if (good) good = co_await audit(*custody_, JournalEvent::started, self(), journal_->epoch());
        if (good) good = listen();
        if (!good) {
            ops::error("keeper cannot serve", {{"code", std::string(good.error().code)}, {"why", good.error().detail}});
            exit_code_ = 1;
            context_.stop();
            co_return;
        }
        ops::info("keeper serves", {{"version", POSTERN_VERSION}});
        ops::report_ready();
        co_await keep_house();
    }

    Status listen() {
        const auto add = [this](net::FrameServerOptions options, net::FrameHandler handler) {
            options.on_refused = [this, socket = options.path](const net::PeerCredentials& peer) { refuse(socket, peer); };
            servers_.push_back(std::make_unique<net::FrameServer>(context_, std::move(options), std::move(handler)));
            return servers_.back()->listen();
        };
        if (auto good = add(settings_.front, front_routes(*services_)); !good) return good;
        if (auto good = add(settings_.gateway, gateway_routes(*services_)); !good) return good;
        return add(settings_.admin, admin_routes(*services_));
    }

    void refuse(const std::string& socket, const net::PeerCredentials& peer) {
        ops::warn("peer refused", {{"socket", socket}, {"uid", std::to_string(peer.uid)}});
        const auto write = [](Custody& custody, std::string origin, std::string object) -> asio::awaitable<void> {
            (void)co_await audit(custody, JournalEvent::access_refused, {"unknown", std::move(origin)},
                                 std::move(object), "peer_refused");
        };
        asio::co_spawn(context_, write(*custody_, "uid " + std::to_string(peer.uid), socket), asio::detached);
    }

    asio::awaitable<void> keep_house() {
        asio::steady_timer timer{context_};
        for (JournalHead remembered; !draining_;) {
            timer.expires_after(std::chrono::seconds{1});
            co_await timer.async_wait(asio::use_awaitable);
            codes_.sweep();
            (void)co_await cards_->record_used();
            const auto head = journal_->head();
            if (head != remembered && co_await store_->remember_head(head)) remembered = head;
            const auto use = arena_->use();
            ops::set_gauge("postern_vault_security_codes", {}, static_cast<double>(codes_.size()));
            ops::set_gauge("postern_vault_arena_small_cells_used", {}, static_cast<double>(use.small_used));
            ops::set_gauge("postern_vault_journal_available", {}, journal_->available() ? 1 : 0);
        }
    }

    // Nothing new; what is on its way gets its answer, as long as a processor may take.
    asio::awaitable<void> drain() {
        draining_ = true;
        for (auto& server : servers_) server->stop();
        asio::steady_timer timer{context_};
        const auto give_up = clock_.instant() + std::chrono::seconds{20};
        while (forwarder_->in_flight() > 0 && clock_.instant() < give_up) {
            timer.expires_after(std::chrono::milliseconds{20});
            co_await timer.async_wait(asio::use_awaitable);
        }
        (void)co_await cards_->record_used();
        (void)co_await audit(*custody_, JournalEvent::stopped, self(), journal_->epoch());
        (void)co_await store_->remember_head(journal_->head());
        ops::info("keeper stopped");
        context_.stop();
    }

    KeeperSettings settings_;
    SystemClock clock_;
    crypto::SystemRandom random_;
    // The order matters at the end: threads that resume coroutines stop first (journal, store), then the context drops
    // the coroutines that were left, then what those coroutines pointed at goes, and the arena last.
    std::unique_ptr<sealed::Arena> arena_;
    sealed::OneTimeStore codes_;
    std::optional<sealed::KeyRing> keys_;
    std::size_t keys_created_ = 0;
    std::optional<Custody> custody_;
    std::optional<Forwarder> forwarder_;
    std::optional<Cards> cards_;
    std::optional<Administration> administration_;
    std::optional<Readiness> readiness_;
    std::optional<KeeperServices> services_;
    asio::io_context context_{1};
    std::optional<SocketEgress> egress_;
    std::vector<std::unique_ptr<net::FrameServer>> servers_;
    std::unique_ptr<PgVaultStore> store_;
    std::unique_ptr<Journal> journal_;
    bool draining_ = false;
    int exit_code_ = 0;
};

}  // namespace

int run_keeper(ops::Config config) {
    const auto refused = [](const Error& error) {
        ops::error("keeper cannot start", {{"code", std::string(error.code)}, {"why", error.detail}});
        return 1;
    };
    auto settings = KeeperSettings::read(config);
    if (!settings) return refused(settings.error());
    Keeper keeper{std::move(*settings)};
    if (auto opened = keeper.open(); !opened) return refused(opened.error());
    return keeper.serve();
}

}  // namespace postern::vault

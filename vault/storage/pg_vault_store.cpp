#include "vault/storage/pg_vault_store.hpp"

#include <atomic>
#include <functional>
#include <utility>

#include "base/sql/commit_queue.hpp"
#include "base/sql/session.hpp"
#include "vault/storage/recent_rows.hpp"
#include "vault/storage/rows.hpp"
#include "vault/storage/statements.hpp"

namespace postern::vault {
namespace {

// A call of its own inside a shared transaction; its result waits beside it.
struct Call {
    std::function<void(pqxx::work&)> run;
};
struct Ran {};
using Calls = sql::CommitQueue<Call, Ran>;

std::vector<Ran> run_calls(pqxx::work& tx, std::span<Call* const> batch) {
    for (auto* call : batch) call->run(tx);
    return std::vector<Ran>(batch.size());
}

std::uint64_t route_of(std::string_view text) { return std::hash<std::string_view>{}(text); }

sql::CommitQueueOptions queue_options(const PgVaultStoreOptions& options, std::string name, std::size_t writers) {
    sql::CommitQueueOptions queue;
    queue.connection_string = options.connection_string;
    queue.prepare = prepare_statements;
    queue.writers = writers;
    queue.waiting_max = options.waiting_max;
    queue.name = std::move(name);
    return queue;
}

// Nobody waits for a kept reply: its commit needs no sync of its own and no hurry.
sql::CommitQueueOptions unhurried(sql::CommitQueueOptions queue) {
    queue.prepare = prepare_unsynced_statements;
    queue.gather = std::chrono::milliseconds{5};
    return queue;
}

// A read that was cut off did nothing: it may be asked again.
Error as_read_error(Error error) {
    if (error.kind == ErrorKind::outcome_unknown) error.kind = ErrorKind::unavailable;
    return error;
}

template <class Verdict>
Verdict flatten(Result<Verdict> verdict) {
    if (!verdict) return verdict.error();
    return std::move(*verdict);
}

}  // namespace

struct PgVaultStore::Impl {
    Impl(PgVaultStoreOptions chosen, const Clock& the_clock)
        : options{std::move(chosen)},
          clock{the_clock},
          recent{the_clock},
          tokens{queue_options(options, "vault_tokens", options.token_writers), rows::insert_tokens},
          look_ups{queue_options(options, "vault_look_ups", options.readers), rows::look_up},
          replies{unhurried(queue_options(options, "vault_replies", 1)), rows::insert_replies},
          calls{queue_options(options, "vault_calls", options.readers), run_calls} {}

    Instant deadline() const { return clock.instant() + options.call_time_max; }
    sql::Session session() const { return {options.connection_string, prepare_statements}; }

    // Runs `work` on a thread of the calls' queue; `route` keeps calls about one thing in order.
    template <class Work>
    auto write(std::string_view route, Work work) -> Awaitable<std::invoke_result_t<Work, pqxx::work&>> {
        using Answer = std::invoke_result_t<Work, pqxx::work&>;
        auto answer = std::make_shared<std::optional<Answer>>();
        auto run = [answer, work = std::move(work)](pqxx::work& tx) { answer->emplace(work(tx)); };
        const auto ran = co_await calls.submit(Call{std::move(run)}, route_of(route), deadline());
        if (!ran) co_return ran.error();
        co_return std::move(**answer);
    }
    // The same for what only reads: asked once more where the session turned out to be dead.
    template <class Work>
    auto read(std::string_view route, Work work) -> Awaitable<std::invoke_result_t<Work, pqxx::work&>> {
        auto answer = co_await write(route, work);
        if (!answer && answer.error().kind == ErrorKind::outcome_unknown) answer = co_await write(route, work);
        if (!answer) co_return as_read_error(answer.error());
        co_return answer;
    }

    // Reads have no order to keep, so each is a route of its own.
    Awaitable<Result<rows::LookedUp>> look_up(rows::LookUp wanted) {
        return look_ups.submit(std::move(wanted), next_read++, deadline());
    }

    // Nothing where a part of it is not at hand.
    std::optional<AccountAndToken> find_recent(const AccountId& account, const std::optional<CardToken>& token) {
        auto found = recent.find(account);
        if (!found) return std::nullopt;
        if (!token) return AccountAndToken{std::move(*found), {}};
        auto row = recent.take(*token);
        if (!row) return std::nullopt;
        return AccountAndToken{std::move(*found), std::move(*row)};
    }

    PgVaultStoreOptions options;
    const Clock& clock;
    RecentRows recent;
    std::atomic<std::uint64_t> next_read{0};
    sql::CommitQueue<NewToken, Status> tokens;
    sql::CommitQueue<rows::LookUp, rows::LookedUp, sql::ReadingAlone> look_ups;
    sql::CommitQueue<rows::KeptReply, Status, sql::WritingAlone> replies;
    Calls calls;
};

PgVaultStore::PgVaultStore(PgVaultStoreOptions options, const Clock& clock)
    : impl_{std::make_unique<Impl>(std::move(options), clock)} {}
PgVaultStore::~PgVaultStore() = default;

VaultStore::Awaitable<Status> PgVaultStore::insert_token(NewToken token, Instant deadline) {
    const auto route = route_of(token.token.text());
    co_return flatten(co_await impl_->tokens.submit(std::move(token), route, deadline));
}

VaultStore::Awaitable<Result<StoredToken>> PgVaultStore::find_token(CardToken token) {
    const auto reading = impl_->recent.begin_reading();
    auto found = co_await impl_->look_up({{}, token});
    if (!found) co_return found.error();
    if (found->token) impl_->recent.keep(*found->token, reading);
    co_return std::move(found->token);
}

VaultStore::Awaitable<Result<AccountAndToken>> PgVaultStore::find_for_message(AccountId account,
                                                                              std::optional<CardToken> token) {
    if (auto recent = impl_->find_recent(account, token)) co_return std::move(*recent);
    const auto reading = impl_->recent.begin_reading();
    auto found = co_await impl_->look_up({account, token});
    if (!found) co_return found.error();
    if (!found->account) co_return found->account.error();
    impl_->recent.keep(*found->account, reading);
    if (!token) co_return AccountAndToken{std::move(*found->account), {}};
    if (!found->token) co_return found->token.error();
    co_return AccountAndToken{std::move(*found->account), std::move(*found->token)};
}

VaultStore::Awaitable<Status> PgVaultStore::delete_token(TenantId tenant_id, CardToken token) {
    const std::string route = token.text();
    auto deleted = co_await impl_->write(route, [tenant_id, token](pqxx::work& tx) {
        return rows::delete_token(tx, tenant_id, token);
    });
    impl_->recent.forget(token);
    co_return deleted;
}

VaultStore::Awaitable<Status> PgVaultStore::mark_one_time_used(std::vector<CardToken> tokens) {
    auto marked = co_await impl_->write("codes", [tokens](pqxx::work& tx) {
        rows::mark_one_time_used(tx, tokens);
        return Status{};
    });
    for (const auto& token : tokens) impl_->recent.forget(token);
    co_return marked;
}

VaultStore::Awaitable<Status> PgVaultStore::put_processor_token(ProcessorToken token) {
    const std::string route = token.card_id;
    co_return co_await impl_->write(route, [token = std::move(token)](pqxx::work& tx) {
        rows::put_processor_token(tx, token);
        return Status{};
    });
}

VaultStore::Awaitable<Result<ProcessorToken>> PgVaultStore::find_processor_token(std::string card_id,
                                                                                 AccountId account_id) {
    co_return co_await impl_->read(card_id, [card_id, account_id](pqxx::work& tx) {
        return rows::find_processor_token(tx, card_id, account_id);
    });
}

VaultStore::Awaitable<Status> PgVaultStore::put_account(StoredAccount account) {
    const std::string route = account.account_id.text();
    auto put = co_await impl_->write(route, [account](pqxx::work& tx) { return rows::put_account(tx, account); });
    impl_->recent.forget(account.account_id);
    co_return put;
}

VaultStore::Awaitable<Status> PgVaultStore::disable_account(AccountId account_id) {
    auto disabled = co_await impl_->write(
        account_id.text(), [account_id](pqxx::work& tx) { return rows::disable_account(tx, account_id); });
    impl_->recent.forget(account_id);
    co_return disabled;
}

VaultStore::Awaitable<Status> PgVaultStore::put_caller_key(CallerKey key) {
    const std::string route = key.key_id.text();
    co_return co_await impl_->write(route, [key](pqxx::work& tx) { return rows::put_caller_key(tx, key); });
}

VaultStore::Awaitable<Status> PgVaultStore::disable_caller_key(ApiKeyId key_id) {
    co_return co_await impl_->write(key_id.text(),
                                    [key_id](pqxx::work& tx) { return rows::disable_caller_key(tx, key_id); });
}

VaultStore::Awaitable<Status> PgVaultStore::set_caller_key_origins(ApiKeyId key_id, std::vector<std::string> origins) {
    co_return co_await impl_->write(key_id.text(), [key_id, origins = std::move(origins)](pqxx::work& tx) {
        return rows::set_caller_key_origins(tx, key_id, origins);
    });
}

VaultStore::Awaitable<Result<bool>> PgVaultStore::knows_origin(std::string origin) {
    co_return co_await impl_->read(origin, [origin](pqxx::work& tx) -> Result<bool> { return rows::knows_origin(tx, origin); });
}

VaultStore::Awaitable<Status> PgVaultStore::set_tenant(TenantId tenant_id, bool enabled) {
    co_return co_await impl_->write(tenant_id.text(), [tenant_id, enabled](pqxx::work& tx) {
        rows::set_tenant(tx, tenant_id, enabled);
        return Status{};
    });
}

VaultStore::Awaitable<Result<CallerKey>> PgVaultStore::find_caller_key(std::string digest) {
    co_return co_await impl_->read(digest, [digest](pqxx::work& tx) { return rows::find_caller_key(tx, digest); });
}

VaultStore::Awaitable<Status> PgVaultStore::keep_reply(AttemptKey key, std::string sealed, JournalHead head) {
    const auto route = route_of(key.operation_id.text()) + static_cast<std::uint64_t>(key.attempt);
    rows::KeptReply reply{std::move(key), std::move(sealed), std::move(head)};
    co_return flatten(co_await impl_->replies.submit(std::move(reply), route, impl_->deadline()));
}

VaultStore::Awaitable<Result<std::string>> PgVaultStore::find_reply(AttemptKey key) {
    const std::string route = key.operation_id.text();
    co_return co_await impl_->read(route, [key](pqxx::work& tx) { return rows::find_reply(tx, key); });
}

VaultStore::Awaitable<Status> PgVaultStore::remember_head(JournalHead head) {
    co_return co_await impl_->write(head.epoch, [head](pqxx::work& tx) {
        rows::remember_head(tx, head);
        return Status{};
    });
}

VaultStore::Awaitable<Status> PgVaultStore::prove_commit() {
    co_return co_await impl_->write("probe", [](pqxx::work& tx) {
        tx.exec_prepared("prove_commit");
        return Status{};
    });
}

Result<std::optional<JournalHead>> PgVaultStore::read_head() {
    auto session = impl_->session();
    return session.read([](pqxx::work& tx) { return rows::read_head(tx); });
}

Result<std::vector<StoredKey>> PgVaultStore::read_keys() {
    auto session = impl_->session();
    return session.read([](pqxx::work& tx) { return rows::read_keys(tx); });
}

Status PgVaultStore::insert_keys(std::vector<StoredKey> keys) {
    auto session = impl_->session();
    const auto inserted = session.write([&](pqxx::work& tx) { return rows::insert_keys(tx, keys); });
    if (!inserted) return inserted.error();
    if (*inserted != keys.size()) return Error{ErrorKind::conflict, "keys_conflict"};
    return {};
}

}  // namespace postern::vault

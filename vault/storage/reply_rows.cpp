#include <algorithm>

#include "vault/storage/array_text.hpp"
#include "vault/storage/rows.hpp"

namespace postern::vault::rows {
namespace {

std::string_view view_of(const JournalHash& hash) { return {reinterpret_cast<const char*>(hash.data()), hash.size()}; }

}  // namespace

std::vector<Status> insert_replies(sql::Alone& writing, std::span<KeptReply* const> batch) {
    ArrayText operation_id, attempt, reply_hex;
    for (const auto* reply : batch) {
        operation_id.add(reply->key.operation_id.text());
        attempt.add(reply->key.attempt);
        reply_hex.add_binary(reply->sealed);
    }
    const auto newest = std::ranges::max_element(batch, {}, [](const KeptReply* reply) { return reply->head.sequence; });
    const JournalHead& head = (*newest)->head;
    writing.exec_prepared("insert_replies", operation_id.take(), attempt.take(), reply_hex.take(), head.epoch,
                          head.sequence, to_hex(view_of(head.hash)));
    return std::vector<Status>(batch.size());
}

Result<std::string> find_reply(pqxx::work& tx, const AttemptKey& key) {
    const auto rows = tx.exec_prepared("find_reply", key.operation_id.text(), key.attempt);
    if (rows.empty()) return Error{ErrorKind::not_found, "reply_not_found"};
    return pqxx::binarystring(rows[0][0]).str();
}

void remember_head(pqxx::work& tx, const JournalHead& head) {
    tx.exec_prepared("remember_head", head.epoch, head.sequence, to_hex(view_of(head.hash)));
}

std::optional<JournalHead> read_head(pqxx::work& tx) {
    const auto rows = tx.exec_prepared("read_head");
    if (rows.empty()) return std::nullopt;
    JournalHead head;
    head.epoch = rows[0]["epoch"].as<std::string>();
    head.sequence = rows[0]["sequence"].as<std::uint64_t>();
    const pqxx::binarystring hash(rows[0]["hash"]);
    std::copy_n(hash.begin(), std::min(hash.size(), head.hash.size()), head.hash.begin());
    return head;
}

}  // namespace postern::vault::rows

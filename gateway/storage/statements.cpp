#include "gateway/storage/statements.hpp"

#include "gateway/storage/dialect.hpp"
#include "gateway/storage/prepare_statements.hpp"
#include "gateway/storage/read_statements.hpp"
#include "gateway/storage/record_statements.hpp"
#include "gateway/storage/sweep_statements.hpp"

namespace postern::gateway::rows {

void prepare_statements(pqxx::connection& connection) {
    pqxx::nontransaction{connection}.exec(session_settings);
    connection.prepare("insert_new_payments", insert_new_payments);
    connection.prepare("delete_stray_tenders", delete_stray_tenders);
    connection.prepare("find_tenders", find_tenders);
    connection.prepare("insert_next_operations", insert_next_operations);
    connection.prepare("insert_undo_wishes", insert_undo_wishes);
    connection.prepare("insert_acceptances", insert_acceptances);
    connection.prepare("read_keys", read_keys);
    connection.prepare("record_outcomes", record_outcomes);
    connection.prepare("insert_undo_operations", insert_undo_operations);
    connection.prepare("move_waiting_keys", move_waiting_keys);
    connection.prepare("move_payments", move_payments);
    connection.prepare("find_told", find_told);
    connection.prepare("prove_commit", prove_commit);
    connection.prepare("find_payment", find_payment);
    connection.prepare("find_payments", find_payments);
    connection.prepare("find_operations", find_operations);
    connection.prepare("list_payments", list_payments);
    connection.prepare("find_evidence", find_evidence);
    connection.prepare("claim_operations", claim_operations);
    connection.prepare("begin_attempt", begin_attempt);
    connection.prepare("postpone_operation", postpone_operation);
    connection.prepare("find_decision", find_decision);
    connection.prepare("forget_answers", forget_answers);
    connection.prepare("find_due", find_due);
    connection.prepare("find_caller", find_caller);
    connection.prepare("find_store", find_store);
    connection.prepare("find_device", find_device);
    connection.prepare("find_accounts", find_accounts);
    connection.prepare("find_rules", find_rules);
    connection.prepare("find_bin_version", find_bin_version);
    connection.prepare("find_bin_table", find_bin_table);
    connection.prepare("note_breaker", note_breaker);
    connection.prepare("insert_identity_epoch", insert_identity_epoch);
}

}  // namespace postern::gateway::rows

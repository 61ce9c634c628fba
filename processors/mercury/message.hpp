#pragma once

#include "processors/mercury/switches.hpp"
#include "processors/port/adapter.hpp"

namespace postern::mercury {

// The two forms of an undo: with the issuer's data its hold is released; without, only the batch item goes.
enum class UndoForm { reversal, legacy_void };

constexpr bool is_undo(domain::Verb verb) { return verb == domain::Verb::reverse || verb == domain::Verb::void_sale; }

// What names the card in a message: its number, the host's record of it, or of a charge's first message what it was given
// with instead. Those go once, so a repeat of a swiped charge goes by its number, and an encrypted card by its record
// alone. What follows a charge that brought a record goes by that, and by the number where the vault has none.
enum class CardForm { number, record, track, block };
CardForm card_form(vault::AttemptKind kind, const processors::History& history);
std::string_view operation_by_record(domain::Verb verb);  // the policy's name for it by record; empty: by number alone
inline constexpr std::string_view record_kept = "kept";  // in an operation's reference, for RecordNo: it brought one
bool is_record_refusal(std::string_view not_sent_code);  // of the vault: it has none, or one that is too old
constexpr bool is_charge(domain::Verb verb) { return verb == domain::Verb::authorize || verb == domain::Verb::sale; }

// Mercury's TranCode for a verb; empty: it has none.
std::string_view tran_code(domain::Verb verb);

// The InvoiceNo that the operation's messages carry, and the one under which it is looked up: an undo's success shows
// on the transaction that it takes back.
std::string sent_invoice(const processors::History& history, const Switches& switches);
std::string inquired_invoice(const processors::History& history, const Switches& switches);

// The whole amount, and what of it Purchase carries: all but the tip.
domain::Money sent_amount(const processors::History& history);
domain::Money sent_purchase(const processors::History& history);

// Whether an adjusted tip is looked up on the item that it changes, not as a transaction of its own.
bool looks_at_item(const processors::History& history, const Switches& switches);

// Whether it can be sent: "currency_not_supported", "amount_out_of_range".
Status check_amount(const processors::History& history, const Switches& switches);

// Errors: "verb_not_supported", "currency_not_supported", "amount_out_of_range", "reference_missing".
Result<vault::MessageTree> transaction_message(vault::AttemptKind kind, const processors::History& history,
                                               UndoForm form, const Switches& switches);
Result<vault::MessageTree> inquiry_message(const processors::History& history, const Switches& switches);

}  // namespace postern::mercury

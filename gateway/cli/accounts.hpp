#pragma once

#include <string>

#include "gateway/cli/shell.hpp"

namespace postern::gateway::cli {

// "unknown_processor" where this instance has none of this name.
Status check_processor(Shell& shell, const std::string& processor);

struct NewAccount {
    std::string store, processor, name;
    std::string merchant_id_file, password_file;
};
// The account's name goes into the gateway's database; merchant id and password go from their files to the keeper and
// nowhere else. The vault learns first: an account without credentials never takes a payment.
Status add_account(Shell& shell, const NewAccount& account);
// New credentials for an account that exists.
Status set_account_credentials(Shell& shell, const std::string& id, const std::string& merchant_id_file,
                               const std::string& password_file);
// Ends every use of the account's credentials, also for captures, refunds and undos of payments that exist.
Status disable_account_in_vault(Shell& shell, const std::string& id);

}  // namespace postern::gateway::cli

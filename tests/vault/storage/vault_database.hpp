#pragma once

#include <gtest/gtest.h>
#include <string>

#include "tests/support/postgres.hpp"
#include "tests/support/seeded_random.hpp"
#include "tests/vault/storage/vault_migrations.hpp"
#include "vault/storage/vault_store.hpp"

namespace postern::vault {

// The vault's database in a private cluster, one for all tests of the program.
inline const support::TestDatabase& vault_database() {
    static const support::TestDatabase database{"postern_vault_admin", vault_migrations::embedded_files};
    return database;
}
inline std::string keeper_connection() { return vault_database().as("postern_keeper"); }

// Rows that differ in every call.
class Rows {
public:
    std::string id(const std::string& prefix) { return prefix + new_id_text(Timestamp{}, random_); }
    NewToken token(std::string card_index, std::string tenant = tenant_text) {
        const auto card_id = id("crd_");
        return {*CardToken::parse(id("tok_")), *TenantId::parse(tenant), std::move(card_index), 1, card_id,
                "number of " + card_id + std::string("\0\xff", 2), "400300", "6781", "visa", 12, 2030, "details",
                {true, true, false, true}};
    }
    std::string index() { return id("").append(6, '\xee'); }
    AttemptKey attempt() { return {*OperationId::parse(id("op_")), 1}; }

    static inline const std::string tenant_text = "ten_0123456789abcdefghjkmnpqrs";

    // One for the whole program: the database is one too.
    static Rows& shared() {
        static Rows rows;
        return rows;
    }

private:
    test::SeededRandom random_;
};

}  // namespace postern::vault

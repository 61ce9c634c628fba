#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "processors/stripe/sandbox/objects.hpp"

namespace postern::stripe::sandbox {

// Every object the sandbox made, and every answer that it keeps under a key. What one request changes is one line of the
// file, written before the answer leaves, so that a killed sandbox forgets nothing that it told; reading the file gives
// the same book again, without a last line whose request was never answered.
class Book {
public:
    Book() = default;                                   // in memory only
    static Result<Book> open(const std::string& path);  // "book_unreadable", "book_unwritable"
    Book(Book&& other) noexcept;
    Book& operator=(Book&&) = delete;
    ~Book();

    // Writes and applies all of them or, where they cannot be written, none.
    Status commit(const std::vector<Change>& changes);
    Status clear();

    // Null: no such object of that account.
    const Card* find_card(std::string_view account, std::string_view id) const;
    const Intent* find_intent(std::string_view account, std::string_view id) const;
    const Kept* find_kept(const std::string& account, const std::string& key) const;
    std::vector<const Intent*> intents_carrying(const std::string& value) const;  // in their metadata; in order
    std::vector<const Refund*> refunds_of(const std::string& intent) const;       // in order
    std::vector<const Intent*> intents() const;  // in the order in which they were made
    std::vector<const Refund*> refunds() const;

private:
    void apply(const Change& change);

    int file_ = -1;
    std::string path_;
    std::map<std::string, Card, std::less<>> cards_;
    std::map<std::string, Intent, std::less<>> intents_;
    std::map<std::string, Refund, std::less<>> refunds_;
    std::vector<std::string> intent_order_, refund_order_;
    std::map<std::string, std::vector<std::string>> intents_by_value_, refunds_by_intent_;
    std::map<std::pair<std::string, std::string>, Kept> kept_;
};

// The book as people and tests see it; `identity`: only what carries it in its metadata.
std::string book_json(const Book& book, std::string_view identity);

}  // namespace postern::stripe::sandbox

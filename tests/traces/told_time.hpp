#pragma once

#include <atomic>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "tests/support/postgres.hpp"

namespace postern::traces {

// A clock that stands still until it is told to move. Its instants begin a minute ahead of the real ones: storage measures
// what is left of a deadline by those, and a slow machine must not find it passed. Thread safe.
class ToldClock final : public Clock {
public:
    Timestamp now() const override { return Timestamp{std::chrono::microseconds{start_us + moved_us_.load()}}; }
    Instant instant() const override { return begun_ + std::chrono::microseconds{moved_us_.load()}; }
    void move(std::chrono::microseconds by) { moved_us_ += by.count(); }

private:
    static constexpr std::int64_t start_us = 1'795'000'000'000'000;  // November 2026
    const Instant begun_ = std::chrono::steady_clock::now() + std::chrono::minutes{1};
    std::atomic<std::int64_t> moved_us_{0};
};

// A database whose now() is what it was told: a function of its own stands before PostgreSQL's.
class ToldDatabase {
public:
    ToldDatabase(std::string_view owner, support::MigrationFiles files, const Clock& clock)
        : first_{now_is_told + std::string(files.front().second)}, database_{owner, with_first(files)} {
        tell(clock);
    }
    void tell(const Clock& clock) const {
        const auto at = std::chrono::duration<double>(clock.now().time_since_epoch()).count();
        database_.execute("UPDATE told_time SET at = to_timestamp(" + std::to_string(at) + ")");
    }
    const support::TestDatabase& get() const { return database_; }

private:
    static inline const std::string now_is_told = R"sql(
CREATE TABLE public.told_time (at timestamptz NOT NULL);
INSERT INTO public.told_time VALUES (to_timestamp(0));
GRANT SELECT ON public.told_time TO PUBLIC;
CREATE FUNCTION public.now() RETURNS timestamptz LANGUAGE sql STABLE AS 'SELECT at FROM public.told_time';
DO $$ BEGIN
    EXECUTE format('ALTER DATABASE %I SET search_path = public, pg_catalog', current_database());
END $$;
SET search_path = public, pg_catalog;
)sql";
    std::vector<std::pair<std::string_view, std::string_view>> with_first(support::MigrationFiles files) const {
        std::vector<std::pair<std::string_view, std::string_view>> out{files.begin(), files.end()};
        out.front().second = first_;
        return out;
    }
    std::string first_;
    support::TestDatabase database_;
};

}  // namespace postern::traces

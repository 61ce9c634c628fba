#pragma once

#include <cstdlib>
#include <filesystem>
#include <gtest/gtest.h>
#include <string>
#include <unistd.h>

namespace postern::vault {

// A PostgreSQL of this test program's own, on a Unix socket in a new folder; gone with the program.
class PrivatePostgres {
public:
    PrivatePostgres() {
        char folder[] = "/tmp/postern_vault_pg_XXXXXX";
        EXPECT_NE(mkdtemp(folder), nullptr);
        folder_ = folder;
        if (geteuid() == 0) EXPECT_EQ(std::system(("chown postgres " + folder_).c_str()), 0);
        run("initdb -A trust -U postgres -D " + folder_ + "/data --no-sync");
        run("pg_ctl -w -D " + folder_ + "/data -l " + folder_ + "/log -o \"-k " + folder_ +
            " -c listen_addresses= -c fsync=off\" start");
    }
    ~PrivatePostgres() {
        run("pg_ctl -m immediate -D " + folder_ + "/data stop");
        std::filesystem::remove_all(folder_);
    }
    PrivatePostgres(const PrivatePostgres&) = delete;
    PrivatePostgres& operator=(const PrivatePostgres&) = delete;

    std::string connection(const std::string& database, const std::string& user) const {
        return "host=" + folder_ + " dbname=" + database + " user=" + user;
    }

private:
    // PostgreSQL refuses to run as root.
    void run(const std::string& command) const {
        const std::string bin = "PATH=$PATH:/usr/lib/postgresql/15/bin ";
        const std::string whole = "cd / && " + bin + command + " > /dev/null 2>&1";
        const std::string shell = geteuid() == 0 ? "su -s /bin/sh postgres -c '" + whole + "'" : whole;
        EXPECT_EQ(std::system(shell.c_str()), 0) << command;
    }
    std::string folder_;
};

}  // namespace postern::vault

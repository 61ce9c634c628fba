#pragma once

#include <string_view>

// Named steps of a payment's life where the fault suite may strike. Compiled in only with POSTERN_FAULTS; in every
// other build the macro is nothing, and a test proves that release binaries hold no trace of it.
//
//   K0 accepted       K1 commit 1 sent   K2 commit 1 acknowledged   K3 handed to the vault   K4 connected
//   K5 first byte out K6 last byte out   K7 first reply byte        K8 reply parsed          K9 commit 2 sent
//   K10 acknowledged  K11 answered       K12 claimed by the relay   K13 produced             K14 reported
//   K15 deleted       K16 delete committed
//
// POSTERN_FAILPOINT returns normally, stops the process (SIGSTOP), kills it (SIGKILL), delays it, or throws
// std::runtime_error, as POSTERN_FAILPOINT_FILE says (read at each pass; one line, `K5 kill` or `K1 delay 250` or
// `K9 throw` or `K3 stop`, with an optional last word `once`: then the file is removed before striking).
#ifdef POSTERN_FAULTS
namespace postern {
void reach_failpoint(std::string_view name);
}
#define POSTERN_FAILPOINT(name) ::postern::reach_failpoint(#name)
#else
#define POSTERN_FAILPOINT(name) static_cast<void>(0)
#endif

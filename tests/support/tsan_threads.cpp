// librdkafka starts its threads by C11's thrd_create, which the thread sanitizer does not see: whatever it watches would
// then run without the state that it keeps for each thread. In that build alone such threads are POSIX threads, which
// the C library's are in any case.
#include <pthread.h>
#include <threads.h>

#include <cstdint>
#include <memory>

namespace {

struct Start {
    thrd_start_t run;
    void* argument;
};

void* begin(void* given) {
    const std::unique_ptr<Start> start{static_cast<Start*>(given)};
    return reinterpret_cast<void*>(static_cast<std::intptr_t>(start->run(start->argument)));
}

}  // namespace

extern "C" int thrd_create(thrd_t* thread, thrd_start_t run, void* argument) {
    auto start = std::make_unique<Start>(run, argument);
    if (pthread_create(thread, nullptr, begin, start.get()) != 0) return thrd_error;
    start.release();
    return thrd_success;
}

extern "C" int thrd_join(thrd_t thread, int* result) {
    void* ended = nullptr;
    if (pthread_join(thread, &ended) != 0) return thrd_error;
    if (result) *result = static_cast<int>(reinterpret_cast<std::intptr_t>(ended));
    return thrd_success;
}

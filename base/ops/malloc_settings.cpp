// Read by jemalloc before main(): what the programs' threads need. Without it there are four arenas a core, and freed
// pages go back to the system after ten seconds, to be asked for again at once under load.
extern "C" const char* const malloc_conf;
extern "C" const char* const malloc_conf = "narenas:2,dirty_decay_ms:30000,muzzy_decay_ms:0";

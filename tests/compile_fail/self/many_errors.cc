// expect: first
#ifdef DSTREAM_BAD
static_assert(false, "first");
static_assert(false, "second");
#endif

// expect: a text that no compiler prints
#ifdef DSTREAM_BAD
static_assert(false, "something else");
#endif

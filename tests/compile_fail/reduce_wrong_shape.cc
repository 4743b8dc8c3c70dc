// expect: reduce: the callable must be callable as f(Owned<T>, const T&)
#include <string>
#include <string_view>

#include <dstream/dstream.h>

void build(dstream::DStream<std::string_view> lines) {
#ifdef DSTREAM_BAD
  lines.reduce([](std::string_view a, int) { return std::string(a); });
#else
  lines.reduce([](std::string a, std::string_view b) { return a.append(b); });
#endif
}

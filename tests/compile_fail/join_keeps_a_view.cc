// expect: dstream: the engine must keep this value, but it contains a view
#include <string>
#include <string_view>
#include <utility>

#include <dstream/dstream.h>

void build(dstream::DStream<std::pair<int, std::string>> names) {
#ifdef DSTREAM_BAD
  names.join(names.map_values([](const std::string& name) { return name.c_str(); }));
#else
  names.join(names.map_values([](const std::string& name) { return std::string_view(name); }));
#endif
}

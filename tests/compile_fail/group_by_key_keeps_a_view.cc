// expect: dstream: the engine must keep this value, but it contains a view
#include <string>
#include <string_view>
#include <utility>

#include <dstream/dstream.h>

struct Word {
#ifdef DSTREAM_BAD
  std::string_view text;
#else
  std::string text;
#endif
  int count;
};

void build(dstream::DStream<int> numbers) {
  // Bare views, also in pairs, become strings; a struct's fields stay what they are.
  numbers.map([](int x) { return std::pair(x, std::string_view("word")); }).group_by_key();
  numbers.map([](int x) { return std::pair(x, Word{"word", x}); }).group_by_key();
}

// expect: dstream: the engine must keep this value, but it contains a view, a reference or a raw pointer
#include <string>
#include <string_view>

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
  numbers.map([](int x) {
           return Word{"word", x};
         })
      .reduce([](Word a, const Word& b) {
        return Word{a.text, a.count + b.count};
      });
}

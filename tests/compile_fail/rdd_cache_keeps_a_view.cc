// expect: dstream: the engine must keep this value, but it contains a view, a reference or a raw pointer
#include <string>

#include <dstream/dstream.h>

struct Word {
#ifdef DSTREAM_BAD
  const char* text;
#else
  std::string text;
#endif
  int count;
};

dstream::Rdd<Word> build(dstream::Rdd<int> numbers) {
  return numbers.map([](int x) { return Word{"word", x}; }).cache();
}

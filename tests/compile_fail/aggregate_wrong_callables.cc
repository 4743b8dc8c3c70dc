// expect: aggregate: the callables must be callable as U add(U, const T&) and U merge(U, U)
#include <string>

#include <dstream/dstream.h>

double build(dstream::Rdd<int> numbers) {
  const auto add = [](double sum, int x) { return sum + x; };
#ifdef DSTREAM_BAD
  return numbers.aggregate(0.0, add, [](const std::string& a, double) { return a; });
#else
  return numbers.aggregate(0.0, add, [](double a, double b) { return a + b; });
#endif
}

// expect: csv: a field of T has a type that cannot be read from text
#include <vector>

#include <dstream/dstream.h>

struct Row {
  int id;
#ifdef DSTREAM_BAD
  std::vector<int> values;
#else
  double value;
#endif
};

void build() { dstream::csv<Row>(); }

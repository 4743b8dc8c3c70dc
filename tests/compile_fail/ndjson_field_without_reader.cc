// expect: ndjson: a field of T has a type that cannot be read from JSON
#include <vector>

#include <dstream/ndjson/ndjson.h>

struct Row {
  int id;
#ifdef DSTREAM_BAD
  std::vector<int*> values;
#else
  std::vector<int> values;
#endif
};

void build() { dstream::ndjson<Row>(); }

// expect: ndjson: T must be a plain struct
#include <string>

#include <dstream/ndjson/ndjson.h>

struct Row {
  std::string name;
};

#ifdef DSTREAM_BAD
void build() { dstream::ndjson<std::string>(); }
#else
void build() { dstream::ndjson<Row>(); }
#endif

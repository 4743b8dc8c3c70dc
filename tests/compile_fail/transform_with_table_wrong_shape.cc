// expect: where V is the data set's type, and return an Rdd
#include <string>

#include <dstream/dstream.h>

using dstream::Rdd;

void build(dstream::DStream<int> numbers, Rdd<std::string> table) {
#ifdef DSTREAM_BAD
  numbers.transform_with(table, [](Rdd<int> batch, Rdd<std::string>) { return batch.count(); });
#else
  numbers.transform_with(table, [](Rdd<int> batch, Rdd<std::string>) { return batch; });
#endif
}

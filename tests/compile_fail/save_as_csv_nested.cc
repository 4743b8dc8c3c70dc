// expect: save_as_csv_files: the records must be plain structs, pairs or tuples of
#include <string>
#include <vector>

#include <dstream/dstream.h>

struct Basket {
  std::string user;
  std::vector<int> items;
};

void build(dstream::DStream<Basket> baskets) {
#ifdef DSTREAM_BAD
  baskets.save_as_csv_files("baskets");
#else
  baskets.save_as_ndjson_files("baskets");
#endif
}

#include "dstream/partition_transformations.h"

#include <string>

#include "dstream/error.h"

namespace dstream {
inline namespace v1 {
namespace detail {

std::size_t checked_limit(std::int64_t n, const Origin& origin) {
  if (n >= 0) return static_cast<std::size_t>(n);
  throw Error(Errc::invalid_argument,
              "the number of records must be 0 or more, not " + std::to_string(n),
              {origin.operation, origin.where, {}, {}});
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream

#pragma once

#include <source_location>

#include <dstream/detail/derive.h>

namespace dstream {
inline namespace v1 {

/// The transformations that see partitions and order, shared by DStream and Rdd.
template <class T, template <class> class Stream>
class PartitionTransformations {
 public:

 private:
  const Stream<T>& self() const { return static_cast<const Stream<T>&>(*this); }
};

}  // namespace v1
}  // namespace dstream

#include "property/registry.h"
#include "property/types.h"

namespace property {
namespace {

using T = Reading;

/// key_by with a pointer to a member.
struct MemberKeyOp {
  static constexpr std::string_view kName = "key_by(&member).count";
  static auto build(const dstream::DStream<T>& s, const OpParams& o) {
    return build_to<IdReal>(
        in_partitions(o, [&](auto n) { return s.key_by(&Reading::sensor).count(n); }), o);
  }
  static Slices<IdReal> run(const Slices<T>& in, const OpParams& o, const Settings& st) {
    const auto key = [](const T& r) { return r.sensor; };
    return run_to<IdReal>(count_by_key<std::int32_t>(in, key, o.placement(), st), o);
  }
};

}  // namespace

const Element& reading_element() {
  static const ElementOf<T> instance;
  return instance;
}

std::vector<Operator> reading_operators() {
  auto all = common_operators<T, double>();
  add(all, {
               map_to<T, T>(),
               map_to<T, IdReal>(),
               unary<MemberKeyOp, T>(),
               unary<KeyReduceOp<T, TextKey, TextCount>, T>(),
               unary<CountByValueOp<T, IdReal>, T>(order_needed()),
           });
  return all;
}

}  // namespace property

#pragma once

#include <memory>
#include <optional>
#include <span>
#include <utility>

#include <dstream/detail/exchange.h>
#include <dstream/owned.h>

namespace dstream {
inline namespace v1 {
namespace detail {

// Folds of a whole batch into one record: each slice folds its records, the one reader merges the
// slices' values in slice order. A fold with a Result makes the record of the value, which it is
// given as an optional, by `result(std::optional<Value>&&)`.

/// Folds with a user's reduce function. The result of an empty batch is no record at all.
template <class T, class F>
struct BatchReduceFold {
  using Value = Owned<T>;
  static constexpr bool kHasZero = false;
  F f;

  void add(std::optional<Value>& value, Chunk chunk) const {
    std::span<const T> records = chunk.records<T>();
    if (records.empty()) return;
    if (!value) {
      value.emplace(own(records.front()));
      records = records.subspan(1);
    }
    Value folded = std::move(*value);
    for (const T& record : records) folded = f(std::move(folded), record);
    *value = std::move(folded);
  }
  void merge(Value& into, const Value& from) const {
    if constexpr (std::is_invocable_v<const F&, Value, Value>) {
      into = f(std::move(into), Value(from));
    } else {
      into = f(std::move(into), borrow<T>(from));
    }
  }
};

/// Counts; an empty batch counts 0. Compiled in the library: a count needs no type.
DSTREAM_EXPORT std::shared_ptr<const Exchange> make_batch_count();

template <class Value>
class FoldedSlice final : public SliceOutput {
 public:
  explicit FoldedSlice(std::optional<Value> folded) : value(std::move(folded)) {}
  std::size_t records(std::uint32_t) const override { return value ? 1 : 0; }
  std::size_t bytes() const override { return sizeof(*this); }

  std::optional<Value> value;
};

template <class Fold>
class FoldWriter final : public Terminal {
 public:
  explicit FoldWriter(const Fold& fold) : fold_(fold) {}
  void process(Chunk chunk) override { fold_.add(value_, chunk); }
  void reset() noexcept override { value_.reset(); }
  SliceOutputPtr take() override {
    return std::make_shared<FoldedSlice<typename Fold::Value>>(std::exchange(value_, std::nullopt));
  }

 private:
  const Fold& fold_;
  std::optional<typename Fold::Value> value_;
};

template <class Fold>
class FoldReader final : public ExchangeReader {
 public:
  explicit FoldReader(const Fold& fold) : fold_(fold) {}

  void read(std::span<const SliceOutputPtr> slices, std::uint32_t, Step& to) override {
    using Value = typename Fold::Value;
    std::optional<Value> folded;
    for (const SliceOutputPtr& slice : slices) {
      const auto& value = static_cast<const FoldedSlice<Value>&>(*slice).value;
      if (!value) continue;
      if (folded) {
        fold_.merge(*folded, *value);
      } else {
        folded = value;
      }
    }
    if constexpr (requires { typename Fold::Result; }) {
      auto result = fold_.result(std::move(folded));
      to.process({&result, 1, true});
    } else {
      if constexpr (Fold::kHasZero) {
        if (!folded) folded.emplace();
      }
      if (folded) to.process({&*folded, 1, true});
    }
  }

 private:
  const Fold& fold_;
};

template <class Fold>
class FoldExchange final : public Exchange {
 public:
  explicit FoldExchange(Fold fold) : fold_(std::move(fold)) {}
  std::uint32_t partitions(const ExchangeSettings&) const override { return 1; }
  TerminalPtr make_writer(const ExchangeSettings&) const override {
    return TerminalPtr(new FoldWriter<Fold>(fold_));
  }
  ReaderPtr make_reader(const ExchangeSettings&) const override {
    return ReaderPtr(new FoldReader<Fold>(fold_));
  }
  bool reads_nothing() const override { return Fold::kHasZero; }

 private:
  Fold fold_;
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream

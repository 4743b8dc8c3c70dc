#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dstream::bench {

/// Counts words by open addressing: the first 16 bytes of a key inline, the rest of longer keys in
/// an arena. What a good programmer would write for this job by hand, without SIMD.
class WordTable {
 public:
  struct Key {
    std::uint64_t low;
    std::uint64_t high;
    std::uint64_t hash;
    std::string_view text;
  };

  WordTable() : slots_(kFirstSlots) {}

  /// The key of `word`; the bytes up to `readable` may be read.
  static Key key_of(std::string_view word, const char* readable) {
    Key key{0, 0, 0, word};
    const std::size_t size = word.size();
    if (word.data() + 16 <= readable) {
      key.low = read8(word.data());
      key.high = read8(word.data() + 8);
      if (size < 16) {
        key.low &= kMasks[size].low;
        key.high &= kMasks[size].high;
      }
    } else {
      std::memcpy(&key.low, word.data(), size < 8 ? size : 8);
      if (size > 8) std::memcpy(&key.high, word.data() + 8, size < 16 ? size - 8 : 8);
    }
    key.hash = mix(key.low ^ kSecret[0], key.high ^ kSecret[1] ^ size);
    if (size > 16) key.hash = hash_rest(word.substr(16), key.hash);
    return key;
  }

  void add(const Key& key, std::int64_t count) {
    Slot* const slot = find(key);
    if (slot->count == 0) return insert(slot, key, count);
    slot->count += count;
  }

  std::size_t size() const { return used_; }

  /// Adds everything that `other` holds.
  void merge(const WordTable& other) {
    for (const Slot& slot : other.slots_) {
      if (slot.count == 0) continue;
      const auto text = other.text_of(slot);
      add(key_of(slot, text), slot.count);
    }
  }

  /// Appends owned pairs to `out`.
  void emit(std::vector<std::pair<std::string, std::int64_t>>& out) const {
    out.reserve(out.size() + used_);
    for (const Slot& slot : slots_) {
      if (slot.count == 0) continue;
      const Text text = text_of(slot);
      out.emplace_back(std::piecewise_construct, std::forward_as_tuple(text.data, slot.size),
                       std::forward_as_tuple(slot.count));
    }
  }

 private:
  struct Slot {
    std::uint64_t low = 0;
    std::uint64_t high = 0;
    std::uint32_t size = 0;
    std::uint32_t rest = 0;  ///< of a longer key: where the whole of it begins in the arena
    std::int64_t count = 0;  ///< 0: empty
  };
  struct Mask {
    std::uint64_t low;
    std::uint64_t high;
  };
  struct Text {
    const char* data;
  };

  static constexpr std::size_t kFirstSlots = 1024;
  static constexpr std::uint64_t kSecret[2] = {0xa0761d6478bd642f, 0xe7037ed1a0b428db};
  static constexpr auto kMasks = [] {
    struct {
      Mask of[16];
      constexpr const Mask& operator[](std::size_t i) const { return of[i]; }
    } masks{};
    for (unsigned i = 0; i < 16; ++i) {
      masks.of[i].low = i >= 8 ? ~std::uint64_t{0} : (std::uint64_t{1} << (8 * i)) - 1;
      masks.of[i].high = i <= 8 ? 0 : (std::uint64_t{1} << (8 * (i - 8))) - 1;
    }
    return masks;
  }();

  static std::uint64_t read8(const char* p) {
    std::uint64_t value;
    std::memcpy(&value, p, 8);
    return value;
  }
  static std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
    __extension__ using Wide = unsigned __int128;
    const Wide product = static_cast<Wide>(a) * b;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
  }
  static std::uint64_t hash_rest(std::string_view rest, std::uint64_t hash) {
    for (; rest.size() >= 8; rest.remove_prefix(8)) {
      hash = mix(hash ^ kSecret[0], read8(rest.data()) ^ kSecret[1]);
    }
    std::uint64_t last = 0;
    if (!rest.empty()) std::memcpy(&last, rest.data(), rest.size());
    return mix(hash ^ kSecret[0], last ^ kSecret[1]);
  }

  Slot* find(const Key& key) {
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t i = key.hash & mask;; i = (i + 1) & mask) {
      Slot& slot = slots_[i];
      if (slot.count == 0) return &slot;
      if (slot.low == key.low && slot.high == key.high && slot.size == key.text.size() &&
          (slot.size <= 16 ||
           std::memcmp(arena_.data() + slot.rest, key.text.data(), slot.size) == 0)) {
        return &slot;
      }
    }
  }
  void insert(Slot* slot, const Key& key, std::int64_t count) {
    if ((used_ + 1) * 4 > slots_.size() * 3) {
      grow();
      slot = find(key);
    }
    slot->low = key.low;
    slot->high = key.high;
    slot->size = static_cast<std::uint32_t>(key.text.size());
    slot->count = count;
    if (slot->size > 16) {
      slot->rest = static_cast<std::uint32_t>(arena_.size());
      arena_.insert(arena_.end(), key.text.begin(), key.text.end());
    }
    ++used_;
  }
  void grow() {
    std::vector<Slot> old(slots_.size() * 2);
    old.swap(slots_);
    const std::size_t mask = slots_.size() - 1;
    for (const Slot& slot : old) {
      if (slot.count == 0) continue;
      std::size_t i = key_of(slot, text_of(slot)).hash & mask;
      while (slots_[i].count != 0) i = (i + 1) & mask;
      slots_[i] = slot;
    }
  }
  Text text_of(const Slot& slot) const {
    return {slot.size <= 16 ? reinterpret_cast<const char*>(&slot.low) : arena_.data() + slot.rest};
  }
  static Key key_of(const Slot& slot, Text text) {
    Key key{slot.low, slot.high, 0, {text.data, slot.size}};
    key.hash = mix(key.low ^ kSecret[0], key.high ^ kSecret[1] ^ slot.size);
    if (slot.size > 16) key.hash = hash_rest(key.text.substr(16), key.hash);
    return key;
  }

  std::vector<Slot> slots_;
  std::vector<char> arena_;
  std::size_t used_ = 0;
};

}  // namespace dstream::bench

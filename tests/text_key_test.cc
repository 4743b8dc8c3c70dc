#include <dstream/detail/text_key.h>

#include <cstring>
#include <random>
#include <string>
#include <string_view>

#include "support/catch.h"
#include "support/guarded_page.h"

namespace {

using dstream::testing::GuardedPage;
using namespace std::string_literals;
using namespace std::string_view_literals;

using dstream::detail::make_text_key;
using dstream::detail::TextKey;

TextKey naive_key(std::string_view text) {
  unsigned char bytes[16] = {};
  if (!text.empty()) std::memcpy(bytes, text.data(), text.size());
  bytes[15] = static_cast<unsigned char>(text.size() + 1);
  TextKey key;
  std::memcpy(&key, bytes, sizeof bytes);
  return key;
}

TEST_CASE("make_text_key pads with zeros and ends with the size plus one", "[text]") {
  const GuardedPage page;
  std::mt19937 random(3);
  for (std::size_t size = 0; size <= TextKey::kMostInline; ++size) {
    std::string text(size, '\0');
    // From the page's end back: every distance to the next page, and the page's first bytes.
    for (std::size_t distance = 0; distance + size <= page.size(); ++distance) {
      for (char& c : text) c = static_cast<char>(random());
      char* const place = page.end() - size - distance;
      std::memcpy(place, text.data(), size);
      if (make_text_key({place, size}) != naive_key(text)) FAIL("size " << size);
    }
  }
  CHECK(make_text_key({}) == naive_key(""));
  // An empty text that ends one page and so lies at the begin of the next.
  CHECK(make_text_key({page.end(), 0}) == naive_key(""));
  CHECK(make_text_key({page.begin(), 0}) == naive_key(""));
}

TEST_CASE("text keys are equal only for equal texts", "[text]") {
  CHECK(make_text_key("abc") == make_text_key("abc"s));
  CHECK_FALSE(make_text_key("") == TextKey{});
  CHECK_FALSE(make_text_key("a") == make_text_key("a\0"sv));
  CHECK_FALSE(make_text_key("abcdefgh1") == make_text_key("abcdefgh2"));
  CHECK_FALSE(make_text_key("1bcdefghi") == make_text_key("2bcdefghi"));
}

}  // namespace

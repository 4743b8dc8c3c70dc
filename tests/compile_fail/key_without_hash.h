#pragma once

/// Has no hash, and no fields that could be hashed.
class Opaque {
 public:
  explicit Opaque(int value) : value_(value) {}
  bool operator==(const Opaque&) const = default;

 private:
  int value_;
};

/// Is hashed by its field.
struct Open {
  int value;
  bool operator==(const Open&) const = default;
};

#ifdef DSTREAM_BAD
using Key = Opaque;
#else
using Key = Open;
#endif

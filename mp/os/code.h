// Where a function is, in words that mean the same in another process of the same program.
//
// Programs and libraries lie at other addresses in each process; a place is the name of the one that the function is
// in, and how far from its beginning.
//
//   CodePlace place = place_of(reinterpret_cast<void*>(&work));
//   auto* work = reinterpret_cast<void (*)()>(code_at(place));   // over there
#ifndef MP_OS_CODE_H_
#define MP_OS_CODE_H_

#include <cstdint>
#include <string>

namespace mp::os {

struct CodePlace {
  std::string object;  // its file; empty: the program itself
  uint64_t offset;
};

// Requires: the address of code. Raises: base::OsError (EFAULT) if it is in no object that is loaded.
CodePlace place_of(const void* code);

// Loads the object if it isn't. Raises: base::OsError (ENOENT) if it can't be.
void* code_at(const CodePlace& place);

}  // namespace mp::os

#endif  // MP_OS_CODE_H_

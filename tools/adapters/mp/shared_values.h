// Values and arrays in shared memory, of whatever type a typecode names.
#ifndef TOOLS_ADAPTERS_MP_SHARED_VALUES_H_
#define TOOLS_ADAPTERS_MP_SHARED_VALUES_H_

#include <cstdint>

#include "tools/adapters/mp/objects.h"
#include "tools/adapters/mp/operations.h"

namespace adapter {

Answer new_value(Call& c);
Answer new_raw_value(Call& c);
Answer new_array(Call& c);
Answer new_raw_array(Call& c);
Answer new_value_proxy(Call& c, const mp::SyncManager& manager);
Answer new_array_proxy(Call& c, const mp::SyncManager& manager);

// Raise, all of them: Unsupported if the object is none of its kind, PythonError (TypeError) for a value that the
// compiler would refuse.
Value get_shared(Object& object);
void set_shared(Object& object, const Value& value);
// Reads, adds, and writes, as v.store(v.load() + amount) does.
void add_to_shared(Object& object, const Value& amount);
mp::AnyLock lock_of(Object& object);

Value get_item(Object& object, int64_t index);
void set_item(Object& object, int64_t index, const Value& value);
// Null, or absent: from the beginning, to the end.
Value get_slice(Object& object, const Value* start, const Value* stop);
void set_slice(Object& object, const Value* start, const Value* stop, const Value& values);
int64_t length_of(Object& object);
Value text_of(Object& object, bool raw);
void set_text(Object& object, const Value& value);

// Absent or null: where the sequence begins or ends.
mp::Bound bound(const Value* value);

// 1 equals 1.0.
bool number_equals(const Value& a, const Value& b);

}  // namespace adapter

#endif  // TOOLS_ADAPTERS_MP_SHARED_VALUES_H_

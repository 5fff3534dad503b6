// What people call a type.
//
//   readable_name(typeid(error));   // "shop::(anonymous namespace)::SoldOut"
//   class_name(typeid(error));      // "SoldOut"
//
// Threads: any.
#ifndef MP_TYPE_NAME_H_
#define MP_TYPE_NAME_H_

#include <string>
#include <typeinfo>

namespace mp {

std::string readable_name(const std::type_info& type);
// Without the namespaces.
std::string class_name(const std::type_info& type);

}  // namespace mp

#endif  // MP_TYPE_NAME_H_

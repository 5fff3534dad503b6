// Each item's members are the arguments of a call.
#include <cstdio>
#include <string>
#include <tuple>
#include <vector>

#include "mp/examples/begin.h"
#include "mp/pool.h"

std::string order(std::string what, int pieces, double price) {
  return std::to_string(pieces) + " " + what + ": " +
         std::to_string(static_cast<int>(pieces * price));
}

int main(int argc, char** argv) {
  examples::begin(argc, argv);
  mp::Pool pool(3);
  const std::vector<std::tuple<std::string, int, double>> orders = {
      {"loaves", 2, 3.0}, {"apples", 10, 0.5}, {"cakes", 1, 12.0}};
  for (const std::string& line : pool.starmap(order, orders)) std::puts(line.c_str());
}

#include "conformance/histories/search.h"

#include <algorithm>
#include <numeric>
#include <random>

#include "conformance/histories/models.h"
#include "conformance/histories/test_support.h"
#include "gtest/gtest.h"

namespace conformance::histories {
namespace {

using Verdict = Search::Verdict;

std::vector<Chain> chains_of(const History& history) {
  std::vector<Chain> chains;
  for (const auto& calls : history.processes) {
    Chain& chain = chains.emplace_back();
    for (const Call& call : calls)
      chain.push_back({&call, Event::Part::kWhole, call.t0, call.t1, call.open});
  }
  return chains;
}

template <class Model>
Verdict verdict(const Model& model, const History& history, size_t most = 100000) {
  return find_order(model, chains_of(history), most).verdict;
}

const Program kTwo = program("queue: |");
const Program kThree = program("queue: | |");

// enq(1), then enq(2), then deq -> 2: the classic.
TEST(Search, FirstInIsFirstOutWhereTheOrderIsKnown) {
  EXPECT_EQ(
      verdict(QueueModel{},
              history(kThree, {{0, 0, 10, "put 1"}, {1, 20, 30, "put 2"}, {2, 40, 50, "get", 2}})),
      Verdict::kNone);
  EXPECT_EQ(
      verdict(QueueModel{},
              history(kThree, {{0, 0, 25, "put 1"}, {1, 20, 30, "put 2"}, {2, 40, 50, "get", 2}})),
      Verdict::kFound);
}

// Two overlapping puts, whose order two getters must agree on.
TEST(Search, AllSeeTheSameOrder) {
  std::vector<Told> calls = {
      {0, 0, 30, "put 1"}, {1, 0, 30, "put 2"}, {2, 40, 50, "get", 2}, {2, 60, 70, "get", 1}};
  EXPECT_EQ(verdict(QueueModel{}, history(kThree, calls)), Verdict::kFound);
  calls[2].value = 1;
  calls[3].value = 1;
  EXPECT_EQ(verdict(QueueModel{}, history(kThree, calls)), Verdict::kNone);
}

TEST(Search, ACallMayTakeEffectAnywhereBetweenItsBeginningAndItsEnd) {
  EXPECT_EQ(verdict(QueueModel{}, history(kTwo, {{0, 0, 100, "put 1"},
                                                 {1, 10, 20, "get_nowait", nullptr, "Empty"},
                                                 {1, 30, 40, "get", 1}})),
            Verdict::kFound);
  EXPECT_EQ(verdict(QueueModel{}, history(kTwo, {{0, 0, 5, "put 1"},
                                                 {1, 10, 20, "get_nowait", nullptr, "Empty"}})),
            Verdict::kNone);
}

TEST(Search, AnOpenCallMayHaveTakenEffectOrNot) {
  const std::vector<Told> open = {{0, 0, 10, "put 1", nullptr, "killed"}};
  auto with = [&](Told more) {
    std::vector<Told> calls = open;
    calls.push_back(std::move(more));
    return verdict(QueueModel{}, history(kTwo, calls));
  };
  EXPECT_EQ(with({1, 50, 60, "get", 1}), Verdict::kFound);
  EXPECT_EQ(with({1, 50, 60, "get_nowait", nullptr, "Empty"}), Verdict::kFound);
  EXPECT_EQ(with({1, 50, 60, "get", 2}), Verdict::kNone);
  EXPECT_EQ(verdict(QueueModel{}, history(kTwo, {{0, 20, 30, "get", nullptr, "killed"},
                                                 {1, 0, 10, "put 1"},
                                                 {1, 40, 50, "get_nowait", nullptr, "Empty"}})),
            Verdict::kFound);
}

TEST(Search, AnOpenCallTakesNoEffectBeforeItBegan) {
  EXPECT_EQ(verdict(QueueModel{}, history(kTwo, {{0, 50, 60, "put 1", nullptr, "killed"},
                                                 {1, 10, 20, "get", 1}})),
            Verdict::kNone);
}

TEST(Search, GivesUpWhereThereIsTooMuchToTry) {
  const Program many = program("queue: | | | | | | |");
  std::vector<Told> calls;
  for (int i = 0; i < 8; ++i) {
    calls.push_back({static_cast<size_t>(i), 0, 100, absl::StrCat("put ", i)});
    calls.push_back({static_cast<size_t>(i), 200, 300, "get", 100 + i});
  }
  EXPECT_EQ(verdict(QueueModel{}, history(many, calls), /*most=*/50), Verdict::kUnknown);
}

TEST(Search, TellsHowFarItCame) {
  const History bad =
      history(kTwo, {{0, 0, 10, "put 1"}, {0, 20, 30, "put 2"}, {1, 40, 50, "get", 2}});
  EXPECT_EQ(find_order(QueueModel{}, chains_of(bad), 1000).order.size(), 2u);
}

// ---------------------------------------------------------------- against all orders there are

bool some_permutation_explains(const History& history, const auto& model) {
  const std::vector<const Call*> calls = history.in_order();
  std::vector<size_t> order(calls.size());
  std::iota(order.begin(), order.end(), size_t{0});
  const auto precedes = [&](const Call* a, const Call* b) {
    return a->t1 < b->t0 || (a->process == b->process && a < b);
  };
  do {
    auto state = model;
    bool fits = true;
    for (size_t i = 0; i < order.size() && fits; ++i) {
      for (size_t j = i + 1; j < order.size() && fits; ++j)
        fits = !precedes(calls[order[j]], calls[order[i]]);
      fits = fits && state.apply({calls[order[i]]});
    }
    if (fits) return true;
  } while (std::next_permutation(order.begin(), order.end()));
  return false;
}

// Histories of up to six calls with outcomes at random, of which some can be explained.
template <class Model, class Draw>
void compare_with_all_orders(const Model& model, const Program& of, Draw draw) {
  std::mt19937_64 random(5);
  int found = 0, rounds = 1500;
  for (int round = 0; round < rounds; ++round) {
    std::vector<Told> calls;
    std::vector<int> free_from(of.processes.size(), 0);
    for (int i = 2 + static_cast<int>(random() % 5); i > 0; --i) {
      const size_t p = random() % of.processes.size();
      const int t0 = free_from[p] + static_cast<int>(random() % 30);
      free_from[p] = t0 + 1 + static_cast<int>(random() % 40);
      Told told = draw(random, static_cast<int>(calls.size()) + 1);
      calls.push_back({p, t0, free_from[p] - 1, told.step, told.value, told.raised});
    }
    const History history_ = history(of, calls);
    const bool expected = some_permutation_explains(history_, model);
    found += expected;
    ASSERT_EQ(verdict(model, history_), expected ? Verdict::kFound : Verdict::kNone)
        << table_of(history_);
  }
  EXPECT_GT(found, rounds / 50);  // both answers were asked for
  EXPECT_LT(found, rounds * 49 / 50);
}

TEST(Search, AgreesWithAllOrdersOfAQueue) {
  compare_with_all_orders(QueueModel{.maxsize = 2}, kThree, [](auto& random, int number) -> Told {
    switch (random() % 4) {
      case 0:
        return {0, 0, 0, "get", static_cast<int>(1 + random() % 4)};
      case 1:
        return random() % 2 ? Told{0, 0, 0, "get_nowait", nullptr, "Empty"}
                            : Told{0, 0, 0, absl::StrCat("put_nowait ", number), nullptr, "Full"};
      default:
        return {0, 0, 0, absl::StrCat("put ", number)};
    }
  });
}

TEST(Search, AgreesWithAllOrdersOfALock) {
  compare_with_all_orders(LockModel{}, program("lock: | |"), [](auto& random, int) -> Told {
    if (random() % 2) return {0, 0, 0, "release"};
    return {0, 0, 0, "acquire_nowait", random() % 3 != 0};
  });
}

TEST(Search, AgreesWithAllOrdersOfADict) {
  compare_with_all_orders(DictModel{}, program("managed_dict: | |"),
                          [](auto& random, int number) -> Told {
                            if (random() % 2) return {0, 0, 0, absl::StrCat("set 1 ", number)};
                            if (random() % 3 == 0) return {0, 0, 0, "pop 1"};
                            return {0, 0, 0, "get 1", static_cast<int>(1 + random() % 3)};
                          });
}

TEST(Search, AgreesWithAllOrdersOfASemaphore) {
  compare_with_all_orders(SemaphoreModel{.permits = 1}, program("semaphore: | |"),
                          [](auto& random, int) -> Told {
                            if (random() % 3 == 0) return {0, 0, 0, "give"};
                            if (random() % 3 == 0)
                              return {0, 0, 0, "get_value", static_cast<int>(random() % 2)};
                            return {0, 0, 0, "acquire_nowait", random() % 3 != 0};
                          });
}

}  // namespace
}  // namespace conformance::histories

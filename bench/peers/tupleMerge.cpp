// TupleMerge (J. Daly et al., "TupleMerge: Fast Software Packet Processing for Online Packet Classification", IEEE/ACM
// Transactions on Networking 27(4), 2019), written anew after the paper, as a peer for `whichRule.ts`.
//
//   tupleMerge FILE
//
// FILE, little-endian words of 32 bits: how many rules, how many packets; of each rule the lowest and highest source
// address, destination address, source port, destination port and protocol; of each packet those five. On standard
// output come the nanoseconds of processor time a packet, the median of some passes, and, a line each, the index of
// every packet's first matching rule, or the number of rules where none matches.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <memory>
#include <unordered_map>
#include <vector>

namespace {

constexpr int FIELDS = 5;
constexpr std::array<int, FIELDS> BITS = {32, 32, 16, 16, 8};
constexpr int SOURCE = 0, TARGET = 1;
/// Rules under one key beyond which a table is split: the paper's.
constexpr size_t COLLISIONS = 40;
/// A prefix that is shorter than the other one by more than this is left out of a new table's tuple.
constexpr int FAR = 4;
constexpr int PASSES = 5;

using Packet = std::array<uint32_t, FIELDS>;
using Tuple = std::array<int, FIELDS>;

struct Rule {
  Packet low, high;
  uint32_t index;
  /// Of each field, the leading bits that all its values share.
  Tuple lengths() const {
    Tuple of;
    for (int f = 0; f < FIELDS; f++) {
      const uint32_t differing = low[f] ^ high[f];
      of[f] = differing == 0 ? BITS[f] : BITS[f] - (32 - __builtin_clz(differing));
    }
    return of;
  }
  bool takes(const Packet& p) const {
    for (int f = 0; f < FIELDS; f++)
      if (p[f] < low[f] || p[f] > high[f]) return false;
    return true;
  }
};

bool fits(const Tuple& rule, const Tuple& table) {
  for (int f = 0; f < FIELDS; f++)
    if (rule[f] < table[f]) return false;
  return true;
}

/// A new table's tuple: some bits less than its first rule's, so that others find room in it.
Tuple relaxed(Tuple of) {
  if (of[SOURCE] - of[TARGET] > FAR) of[TARGET] = of[3] = 0;
  else if (of[TARGET] - of[SOURCE] > FAR) of[SOURCE] = of[2] = 0;
  for (const int f : {SOURCE, TARGET}) of[f] -= of[f] == 32 ? 4 : of[f] > 24 ? 3 : of[f] > 16 ? 2 : of[f] > 8 ? 1 : 0;
  return of;
}

/// The rules whose values share the leading bits that a tuple says, hashed by these.
class Table {
 public:
  explicit Table(const Tuple& tuple) : tuple(tuple) {
    for (int f = 0; f < FIELDS; f++)
      masks[f] = tuple[f] == 0 ? 0 : static_cast<uint32_t>(~0ull << (BITS[f] - tuple[f]));
  }
  const Tuple tuple;
  uint32_t best = UINT32_MAX;

  std::vector<const Rule*>& insert(const Rule* rule) {
    best = std::min(best, rule->index);
    auto& bucket = buckets[hash(rule->low)];
    bucket.push_back(rule);
    return bucket;
  }
  /// Hands over what has room in another one.
  void moveTo(Table& other) {
    best = UINT32_MAX;
    for (auto& [key, bucket] : buckets) {
      const auto moved = std::stable_partition(bucket.begin(), bucket.end(),
                                               [&](const Rule* rule) { return !fits(rule->lengths(), other.tuple); });
      for (auto rule = moved; rule != bucket.end(); ++rule) other.insert(*rule);
      bucket.erase(moved, bucket.end());
      for (const Rule* rule : bucket) best = std::min(best, rule->index);
    }
  }
  /// Once no rule comes any more: the buckets in one piece, each in the rules' order.
  void settle() {
    size_t size = 4;
    while (size < 2 * buckets.size()) size *= 2;
    slots.resize(size);
    for (auto& [key, bucket] : buckets) {
      if (bucket.empty()) continue;
      std::sort(bucket.begin(), bucket.end(), [](const Rule* a, const Rule* b) { return a->index < b->index; });
      uint32_t at = place(key);
      while (slots[at].count != 0) at = (at + 1) & (size - 1);
      slots[at] = {key, static_cast<uint32_t>(rules.size()), static_cast<uint32_t>(bucket.size())};
      for (const Rule* rule : bucket) rules.push_back(*rule);
    }
    buckets.clear();
  }
  uint32_t first(const Packet& p, uint32_t before) const {
    const uint32_t key = hash(p);
    for (uint32_t at = place(key); slots[at].count != 0; at = (at + 1) & (slots.size() - 1)) {
      if (slots[at].key != key) continue;
      const Rule* rule = &rules[slots[at].start];
      for (const Rule* end = rule + slots[at].count; rule != end && rule->index < before; ++rule)
        if (rule->takes(p)) return rule->index;
      break;
    }
    return before;
  }

 private:
  struct Slot {
    uint32_t key, start, count;
  };
  Packet masks;
  std::unordered_map<uint32_t, std::vector<const Rule*>> buckets;
  std::vector<Slot> slots;
  std::vector<Rule> rules;

  uint32_t hash(const Packet& p) const {
    uint64_t of = 0;
    for (int f = 0; f < FIELDS; f++) of = (of ^ (p[f] & masks[f])) * 0x9e3779b97f4a7c15ull;
    return static_cast<uint32_t>(of >> 32);
  }
  uint32_t place(uint32_t key) const { return key & (slots.size() - 1); }
};

class TupleMerge {
 public:
  explicit TupleMerge(const std::vector<Rule>& rules) {
    for (const Rule& rule : rules) insert(&rule);
    for (auto& table : tables) table->settle();
  }
  uint32_t first(const Packet& p, uint32_t none) const {
    uint32_t found = none;
    for (const auto& table : tables) {
      if (table->best >= found) break;
      found = table->first(p, found);
    }
    return found;
  }

 private:
  std::vector<std::unique_ptr<Table>> tables;

  void insert(const Rule* rule) {
    const Tuple lengths = rule->lengths();
    const auto found = std::find_if(tables.begin(), tables.end(),
                                    [&](const auto& table) { return fits(lengths, table->tuple); });
    if (found == tables.end()) findOrMake(relaxed(lengths)).insert(rule);
    else {
      Table& table = **found;
      const auto& collided = table.insert(rule);
      if (collided.size() > COLLISIONS) split(table, collided);
    }
    std::stable_sort(tables.begin(), tables.end(), [](const auto& a, const auto& b) { return a->best < b->best; });
  }
  /// A tuple halfway to what those that collide have more of bits, in the field where it is most.
  void split(Table& table, const std::vector<const Rule*>& collided) {
    Tuple least = collided.front()->lengths();
    Tuple most = least;
    for (const Rule* rule : collided) {
      const Tuple lengths = rule->lengths();
      for (int f = 0; f < FIELDS; f++) {
        least[f] = std::min(least[f], lengths[f]);
        most[f] = std::max(most[f], lengths[f]);
      }
    }
    int widest = 0;
    for (int f = 1; f < FIELDS; f++)
      if (most[f] - least[f] > most[widest] - least[widest]) widest = f;
    least[widest] = (least[widest] + most[widest] + 1) / 2;
    Table& other = findOrMake(least);
    if (&other != &table) table.moveTo(other);
  }
  Table& findOrMake(const Tuple& tuple) {
    for (auto& table : tables)
      if (table->tuple == tuple) return *table;
    tables.push_back(std::make_unique<Table>(tuple));
    return *tables.back();
  }
};

double processorTime() {
  timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return now.tv_sec * 1e9 + now.tv_nsec;
}

bool readWords(std::FILE* file, uint32_t* to, size_t count) { return std::fread(to, 4, count, file) == count; }

}  // namespace

int main(int count, char** words) {
  std::FILE* file = count == 2 ? std::fopen(words[1], "rb") : nullptr;
  uint32_t sizes[2];
  if (file == nullptr || !readWords(file, sizes, 2)) return 2;
  std::vector<Rule> rules(sizes[0]);
  std::vector<Packet> packets(sizes[1]);
  for (uint32_t i = 0; i < sizes[0]; i++) {
    rules[i].index = i;
    for (int f = 0; f < FIELDS; f++)
      if (!readWords(file, &rules[i].low[f], 1) || !readWords(file, &rules[i].high[f], 1)) return 2;
  }
  if (!readWords(file, packets.data()->data(), FIELDS * packets.size())) return 2;

  const TupleMerge classifier(rules);
  std::vector<uint32_t> answers(packets.size());
  std::array<double, PASSES> times;
  for (double& time : times) {
    const double begun = processorTime();
    for (size_t i = 0; i < packets.size(); i++) answers[i] = classifier.first(packets[i], sizes[0]);
    time = processorTime() - begun;
  }
  std::sort(times.begin(), times.end());
  std::printf("%.1f\n", times[PASSES / 2] / packets.size());
  for (const uint32_t answer : answers) std::printf("%u\n", answer);
}

#include "native/metal_emulated/checker.h"

#include <algorithm>

namespace vmm::emulated {
namespace {

Touch touchOf(uint32_t group, Space space, bool atomic, const Moment& moment) {
  const auto s = static_cast<size_t>(space);
  return {group, moment.epoch[s], moment.simdEpoch[s], static_cast<uint16_t>(moment.thread), atomic};
}

}  // namespace

void Checker::add(std::byte* data, size_t bytes, Space space, bool counted, const std::string& name,
                  Shadow* shadow) {
  regions_.push_back({data, bytes, space, counted, name, shadow});
}

void Checker::beginGroup(uint32_t group) {
  group_ = group;
  std::erase_if(regions_, [](const Region& region) { return region.space == Space::threadgroup; });
  last_ = 0;
}

Checker::Region* Checker::regionOf(const std::byte* address) {
  const auto near = [address](const Region& r) {
    return address >= r.data - kMargin && address < r.data + r.bytes + kMargin;
  };
  const auto inside = [address](const Region& r) { return address >= r.data && address < r.data + r.bytes; };
  if (last_ < regions_.size() && inside(regions_[last_])) return &regions_[last_];
  auto found = std::find_if(regions_.begin(), regions_.end(), inside);
  if (found == regions_.end()) found = std::find_if(regions_.begin(), regions_.end(), near);
  if (found == regions_.end()) return nullptr;
  last_ = static_cast<size_t>(found - regions_.begin());
  return &*found;
}

Checker::Verdict Checker::access(const void* address, size_t bytes, int kind, const void* site,
                                 const Moment& moment) {
  const auto* at = static_cast<const std::byte*>(address);
  Region* region = regionOf(at);
  if (!region) return Verdict::unknown;
  const auto offset = at - region->data;
  const bool write = kind & kVmmWrite;
  if (offset < 0 || static_cast<size_t>(offset) + bytes > region->bytes) {
    problems_.add(library_, write ? "write out of bounds" : "read out of bounds", site,
                  "thread " + std::to_string(moment.thread) + ", byte " + std::to_string(offset) + " of " +
                      region->name + ", which has " + std::to_string(region->bytes));
    return Verdict::stop;
  }
  const auto first = static_cast<size_t>(offset);
  Shadow& shadow = *region->shadow;
  for (size_t piece = first / shadow.grain() * shadow.grain(); piece < first + bytes; piece += shadow.grain())
    look(*region, shadow.at(piece), piece, kind, site, moment);
  if (region->counted) count(*region, first, bytes, write);
  return Verdict::good;
}

void Checker::look(Region& region, Cell& cell, size_t offset, int kind, const void* site,
                   const Moment& moment) {
  const bool write = kind & kVmmWrite, atomic = kind & kVmmAtomic;
  // Threadgroup memory begins anew with each group.
  if (region.space == Space::threadgroup && cell.writer.group != group_ && cell.reader.group != group_)
    cell = {};
  const auto races = [&](const Touch& other) {
    return other.group && !(atomic && other.atomic) && concurrent(other, region.space, moment);
  };
  const auto race = [&](const char* kind, const Touch& other) {
    const bool far = other.group != group_;
    problems_.add(library_, kind, site,
                  describe(region, offset, moment.thread) + ", also touched by thread " +
                      std::to_string(other.thread) + (far ? " of another threadgroup" : "") +
                      " with no barrier between");
  };
  if (races(cell.writer)) race(write ? "race of two writes" : "race of a read with a write", cell.writer);
  if (!write) {
    if (!cell.initialised)
      problems_.add(library_, "read of uninitialised memory", site, describe(region, offset, moment.thread));
    if (cell.reader.group >= first_ && cell.reader.group != group_) cell.manyGroups = true;
    keepReader(region.space, cell, touchOf(group_, region.space, atomic, moment), moment);
    return;
  }
  for (const Touch* reader : {&cell.reader, &cell.otherReader})
    if (races(*reader)) race("race of a write with a read", *reader);
  if (cell.manyGroups && !atomic && cell.reader.group >= first_)
    race("race of a write with a read", cell.reader);
  cell.writer = touchOf(group_, region.space, atomic, moment);
  cell.reader = cell.otherReader = {};
  cell.manyGroups = false;
  cell.initialised = true;
}

// Of the readers since the last barrier two are kept, of different simdgroups where there are such: any write
// but their own races with one of them.
void Checker::keepReader(Space space, Cell& cell, const Touch& reader, const Moment& moment) const {
  const auto simdgroup = [](const Touch& touch) { return touch.thread / kVmmLanes; };
  const bool other = cell.reader.thread != reader.thread && concurrent(cell.reader, space, moment);
  const bool better = concurrent(cell.otherReader, space, moment) &&
                      simdgroup(cell.reader) == simdgroup(reader) &&
                      simdgroup(cell.otherReader) != simdgroup(reader);
  if (other && !better) cell.otherReader = cell.reader;
  cell.reader = reader;
}

bool Checker::concurrent(const Touch& before, Space space, const Moment& moment) const {
  const auto s = static_cast<size_t>(space);
  if (before.group < first_) return false;
  if (before.group != group_) return space == Space::device;
  if (before.thread == moment.thread || before.epoch < moment.epoch[s]) return false;
  return before.thread / kVmmLanes != moment.thread / kVmmLanes || before.simdEpoch >= moment.simdEpoch[s];
}

void Checker::count(Region& region, size_t offset, size_t bytes, bool write) {
  (write ? counters_.requested.written : counters_.requested.read) += bytes;
  for (size_t sector = offset / kSector; sector <= (offset + bytes - 1) / kSector; ++sector) {
    uint32_t& last = write ? region.shadow->writtenSector(sector) : region.shadow->readSector(sector);
    if (last == group_) continue;
    (write ? counters_.moved.written : counters_.moved.read) += kSector;
    if (last < first_) (write ? counters_.distinct.written : counters_.distinct.read) += kSector;
    last = group_;
  }
}

std::string Checker::describe(const Region& region, size_t offset, uint32_t thread) const {
  return "thread " + std::to_string(thread) + ", byte " + std::to_string(offset) + " of " + region.name;
}

}  // namespace vmm::emulated

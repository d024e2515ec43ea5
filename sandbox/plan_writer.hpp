// Adds steps to a Plan: texts that live as long as it, reasons that are kept once, slots in turn.
#pragma once

#include <array>
#include <iterator>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "compiler/jail.hpp"
#include "sandbox/plan.hpp"

namespace ward::sandbox {

class PlanWriter {
public:
    explicit PlanWriter(Plan& written);

    // The next steps come from here. An empty place means: every jail has them.
    void because(const compiler::Origins& origins, const std::string& purpose);
    void because_always() { reason_ = 0; }

    // What a step is made of; see operations.inc for what each operation uses.
    struct Parts {
        Slot slot = no_slot;
        Slot into = no_slot;
        std::string path{};
        std::string text{};
        std::array<std::uint64_t, std::size(Step().number)> numbers{};
    };
    void add(std::vector<Step>& phase, Operation operation, const Parts& parts);
    void add(std::vector<Step>& phase, Operation operation) { add(phase, operation, Parts{}); }
    void add(std::vector<Step>& phase, Operation operation, std::uint64_t number) {
        add(phase, operation, Parts{.numbers = {number}});
    }

    // None if there are no more: the caller asks slots_suffice() once at the end.
    [[nodiscard]] Slot new_slot();
    [[nodiscard]] bool slots_suffice() const { return slots_suffice_; }

    Plan& plan;

private:
    std::map<std::tuple<policy::FileId, std::uint32_t, std::string>, std::uint16_t> reasons_;  // file, offset, purpose
    std::uint16_t reason_ = 0;
    Slot next_slot_ = 0;
    bool slots_suffice_ = true;
};

}  // namespace ward::sandbox

#include "sandbox/plan_writer.hpp"

#include <algorithm>

namespace ward::sandbox {

PlanWriter::PlanWriter(Plan& written) : plan(written) {
    plan.reasons.push_back({{}, "every jail"});
}

void PlanWriter::because(const compiler::Origins& origins, const std::string& purpose) {
    const policy::Span origin = origins.empty() ? policy::Span{} : origins.front();
    const auto [place, fresh] =
        reasons_.try_emplace({origin.file, origin.begin, purpose}, static_cast<std::uint16_t>(plan.reasons.size()));
    reason_ = place->second;
    if (!fresh) return;
    Reason reason;
    if (!origins.empty()) reason.origin = origin;
    reason.purpose = purpose;
    plan.reasons.push_back(std::move(reason));
}

Slot PlanWriter::new_slot() {
    slots_suffice_ = next_slot_ < max_slots;
    return slots_suffice_ ? next_slot_++ : no_slot;
}

void PlanWriter::add(std::vector<Step>& phase, Operation operation, const Parts& parts) {
    Step step;
    step.operation = operation;
    step.slot = parts.slot;
    step.into = parts.into;
    step.reason = reason_;
    if (!parts.path.empty()) step.path = plan.keep(parts.path);
    if (!parts.text.empty()) step.text = plan.keep(parts.text);
    std::copy(parts.numbers.begin(), parts.numbers.end(), std::begin(step.number));
    phase.push_back(step);
}

}  // namespace ward::sandbox

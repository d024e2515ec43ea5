#include "sandbox/child.hpp"

#include <sys/syscall.h>

#include "sandbox/child_steps.hpp"

namespace ward::sandbox {

ScopedDescriptor::~ScopedDescriptor() {
    if (number >= 0) raw_syscall(SYS_close, number);
}

int write_whole(int descriptor, const char* text) {
    const std::size_t length = text_length(text);
    const long written = raw_syscall(SYS_write, descriptor, text, length);
    if (written < 0) return static_cast<int>(-written);
    return static_cast<std::size_t>(written) == length ? 0 : EIO;
}

int in_slot(const Inside& inside, Slot slot) {
    return slot >= 0 && slot < max_slots ? inside.slots[slot] : -1;
}

int fill_slot(Inside& inside, Slot slot, long descriptor) {
    int made = -1;
    if (const int error = new_descriptor(descriptor, made)) return error;
    if (slot < 0 || slot >= max_slots) return EBADF;
    if (inside.slots[slot] >= 0) raw_syscall(SYS_close, inside.slots[slot]);
    inside.slots[slot] = made;
    return 0;
}

namespace {

int make_step(const Step& step, Inside& inside) {
    switch (step.operation) {
#define WARD_OPERATION(id, words) \
    case Operation::id:           \
        return steps::id(step, inside);
#include "sandbox/operations.inc"
#undef WARD_OPERATION
    }
    return ENOSYS;
}

}  // namespace

int run_step(const Step& step, Inside& inside) {
    const int error = make_step(step, inside);
    return error == 0 && inside.verified ? read_back(step, inside) : error;
}

std::uint32_t run_steps(StepList list, Inside& inside, int* error) {
    *error = 0;
    for (std::uint32_t i = 0; i < list.count; ++i) {
        *error = run_step(list.steps[i], inside);
        if (*error != 0) return i;
    }
    return list.count;
}

}  // namespace ward::sandbox

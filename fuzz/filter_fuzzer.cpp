// Any bytes as a filter's model: what emit() makes of it is proved, and does what the conditions say.
#include <linux/audit.h>

#include <cstdlib>

#include "compiler/proof.hpp"
#include "tests/unit/compiler/bpf_interpreter.hpp"
#include "tests/unit/compiler/model_oracle.hpp"

using namespace ward::compiler;

namespace {

void require(bool condition) {
    if (!condition) std::abort();
}

// Takes a model out of bytes; at their end everything is zero.
class Reader {
public:
    Reader(const std::uint8_t* data, std::size_t size) : next_(data), end_(data + size) {}

    [[nodiscard]] bool at_end() const { return next_ == end_; }
    std::uint8_t byte() { return next_ == end_ ? std::uint8_t{0} : *next_++; }
    std::uint64_t number(unsigned bytes) {
        std::uint64_t value = 0;
        for (unsigned i = 0; i < bytes; ++i) value = value << 8 | byte();
        return value;
    }

    Response response() {
        const auto kind = static_cast<Response::Kind>(byte() % 5);
        const auto error = static_cast<std::uint16_t>(1 + byte());
        return {kind, kind == Response::Kind::refuse ? error : std::uint16_t{0}};
    }

    Comparison comparison() {
        const unsigned shape = byte();
        Comparison c{static_cast<std::uint8_t>(byte() % 6), static_cast<std::uint8_t>(16u << shape % 3)};
        const unsigned bytes = 1 + (shape >> 3) % 8;
        const std::uint64_t all = c.bits == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << c.bits) - 1;
        c.is_signed = (shape & 4) != 0;
        if ((shape & 64) != 0) {
            c.relation = Comparison::Relation::less;
        } else if ((shape & 128) != 0) {
            c.mask = number(bytes) & all;
        }
        c.value = number(bytes) & all;
        return c;
    }

    Condition condition(unsigned depth) {
        const unsigned kind = depth == 0 ? 0 : byte() % 6;
        if (kind < 3) return holds(comparison());
        if (kind == 3) return negated(condition(depth - 1));
        Condition first = condition(depth - 1);
        return kind == 4 ? both(std::move(first), condition(depth - 1))
                         : either(std::move(first), condition(depth - 1));
    }

    AbiModel abi(Abi which) {
        AbiModel model{which, {}, response()};
        const unsigned count = byte() % 32;
        for (unsigned i = 0; i < count; ++i) {
            CallModel call{{}, response()};
            call.one_shot = byte() % 8 == 7;
            for (unsigned answers = byte() % 4; answers > 0 && !at_end(); --answers) {
                Condition when = condition(4);
                call.answers.push_back({std::move(when), response()});
            }
            model.calls.push_back(std::move(call));
        }
        return model;
    }

private:
    const std::uint8_t* next_;
    const std::uint8_t* end_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Reader reader(data, size);
    const unsigned abis = reader.byte();
    const EmitOptions options{reader.number(8), (abis & 8) != 0};
    FilterModel model;
    if ((abis & 1) == 0) model.abis.push_back(reader.abi(Abi::x86_64));
    if ((abis & 2) != 0) model.abis.push_back(reader.abi(Abi::i386));
    if ((abis & 4) != 0) model.abis.push_back(reader.abi(Abi::x32));
    const auto program = emit(model, options);
    if (!program) return 0;
    const auto disproof = disprove(*program, model, options);
    // Conditions that no diagram of reasonable size holds are refused without a counterexample.
    require(!disproof || !disproof->call);
    if (size < 256) require(test::disagreement(*program, model, options).empty());
    return 0;
}

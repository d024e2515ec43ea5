// One input from standard input: a target for a fork server, and for a look at one input.
#include <stdint.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);
__attribute__((weak)) int LLVMFuzzerInitialize(int* argc, char*** argv);

int main(int argc, char** argv) {
    static uint8_t input[65536];
    if (LLVMFuzzerInitialize) LLVMFuzzerInitialize(&argc, &argv);
    const ssize_t size = read(STDIN_FILENO, input, sizeof input);
    return size < 0 ? 1 : LLVMFuzzerTestOneInput(input, (size_t)size);
}

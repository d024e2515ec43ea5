/* A program that ends at once: what is measured is the way there. No C library. */
void _start(void) {
    __asm__ volatile("xor %edi, %edi\n\tmov $60, %eax\n\tsyscall");
    __builtin_unreachable();
}

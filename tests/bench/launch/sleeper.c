/* A program that waits for a signal, and needs next to no memory of its own. No C library. */
void _start(void) {
    for (;;) __asm__ volatile("mov $34, %%eax\n\tsyscall" ::: "rax", "rcx", "r11", "memory");
}

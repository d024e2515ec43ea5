// Reads archives of ar(5), the thin ones too, whose members are files beside the archive.
//
// The planted bug: `..` in the name of a member is refused, a name from the root is not, and openat(2) takes it as it is.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { header_size = 60, name_size = 16, longest_name = 255 };

typedef struct {
    const char* text;
    size_t size;
} Text;

static int folder = -1;  // of the archive

static int is_allowed(const char* name) {
#ifdef PATCHED
    if (name[0] == '/') return 0;
#endif
    return name[0] != '\0' && strstr(name, "..") == NULL;
}

// The name of a member: in its header, or at an offset of the table of long names.
static int read_name(const char* header, Text names, char* name) {
    if (header[0] != '/') {
        memcpy(name, header, name_size);
        name[name_size] = '\0';
    } else {
        const unsigned long offset = strtoul(header + 1, NULL, 10);
        if (offset >= names.size) return 0;
        size_t length = names.size - offset;
        if (length > longest_name) length = longest_name;
        memcpy(name, names.text + offset, length);
        name[length] = '\0';
        name[strcspn(name, "\n")] = '\0';
    }
    char* end = strrchr(name, '/');
    if (end != NULL && end != name) *end = '\0';
    return is_allowed(name);
}

static unsigned long sum_of_file(const char* name) {
    unsigned char block[4096];
    unsigned long sum = 0;
    const int file = openat(folder, name, O_RDONLY | O_NOCTTY | O_NONBLOCK);
    if (file < 0) return 0;
    const ssize_t size = read(file, block, sizeof block);
    for (ssize_t n = 0; n < size; ++n) sum = sum * 31 + block[n];
    close(file);
    return sum;
}

static unsigned long sum_of_member(const char* header, Text names, int is_thin, const char* data, size_t size) {
    char name[longest_name + 1] = "";
    unsigned long sum = 0;
    if (!read_name(header, names, name)) return 0;
    if (is_thin) return sum_of_file(name);
    for (size_t n = 0; n < size; ++n) sum = sum * 31 + (unsigned char)data[n];
    return sum;
}

static unsigned long sum_of_archive(const char* text, size_t size) {
    Text names = {NULL, 0};
    unsigned long sum = 0;
    if (size < 8 || (memcmp(text, "!<arch>\n", 8) != 0 && memcmp(text, "!<thin>\n", 8) != 0)) return 0;
    const int is_thin = text[2] == 't';
    for (size_t at = 8; size - at >= header_size;) {
        const char* header = text + at;
        at += header_size;
        if (header[58] != '`' || header[59] != '\n') return sum;
        char digits[11] = "";
        memcpy(digits, header + 48, 10);
        unsigned long length = strtoul(digits, NULL, 10);
        const int is_table = header[0] == '/' && header[1] == '/';
        if ((is_table || !is_thin) && length > size - at) return sum;
        if (is_table) names = (Text){text + at, length};
        if (!is_table) sum += sum_of_member(header, names, is_thin, text + at, length);
        if (is_table || !is_thin) at += length + (length % 2 && length < size - at);
    }
    return sum;
}

// The folder of the archive has a member. A fork server comes here for each input.
int LLVMFuzzerInitialize(int* argc, char*** argv) {
    (void)argc, (void)argv;
    mkdir("/tmp/archive", 0700);
    folder = open("/tmp/archive", O_PATH | O_DIRECTORY);
    mkdirat(folder, "lib", 0700);
    const int file = openat(folder, "lib/a.o", O_CREAT | O_WRONLY, 0600);
    if (file < 0 || write(file, "a member", 8) != 8) abort();
    close(file);
    return 0;
}

volatile unsigned long sum;  // it is needed

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    sum = sum_of_archive((const char*)data, size);
    return 0;
}

// Converts gray images in the text form of pgm(5), as the lines before the image say:
//     to NAME        where the result goes
//     invert, flip   what is done to it
//
// The planted bug: a name that begins with `|` is a command, as image converters had it for many years.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { largest_side = 64, largest_job = 4096 };

typedef struct {
    char to[64];
    int invert, flip;
    int width, height, most;
    int pixels[largest_side * largest_side];
} Job;

static int read_line(Job* job, const char* line) {
    if (strncmp(line, "to ", 3) == 0) return snprintf(job->to, sizeof job->to, "%s", line + 3) > 0;
    if (strcmp(line, "invert") == 0) return job->invert = 1;
    if (strcmp(line, "flip") == 0) return job->flip = 1;
    return 0;
}

static int read_number(char** text) {
    char* end;
    const long number = strtol(*text, &end, 10);
    if (end == *text || number < 0 || number > 65535) return -1;
    *text = end;
    return (int)number;
}

static int read_image(Job* job, char* text) {
    job->width = read_number(&text);
    job->height = read_number(&text);
    job->most = read_number(&text);
    if (job->width < 1 || job->height < 1 || job->width > largest_side || job->height > largest_side || job->most < 1)
        return 0;
    for (int n = 0; n < job->width * job->height; ++n) {
        const int pixel = read_number(&text);
        if (pixel < 0 || pixel > job->most) return 0;
        job->pixels[n] = pixel;
    }
    return 1;
}

static int pixel_at(const Job* job, int x, int y) {
    const int pixel = job->pixels[y * job->width + (job->flip ? job->width - 1 - x : x)];
    return job->invert ? job->most - pixel : pixel;
}

static size_t convert(const Job* job, unsigned char* result) {
    size_t size = 0;
    for (int y = 0; y < job->height; ++y)
        for (int x = 0; x < job->width; ++x) result[size++] = (unsigned char)(pixel_at(job, x, y) * 255 / job->most);
    return size;
}

volatile unsigned last;  // it is needed

// The result is a file of this name, which is the caller's affair.
static int write_result(const char* to, const unsigned char* result, size_t size) {
#ifndef PATCHED
    if (to[0] == '|') return system(to + 1);
#endif
    if (to[0] == '\0' || strchr(to, '|') != NULL) return 1;
    last = result[size - 1];
    return 0;
}

static void run_job(char* text) {
    static Job job;
    static unsigned char result[largest_side * largest_side];
    memset(&job, 0, sizeof job);
    for (char* line = text; line != NULL;) {
        char* end = strchr(line, '\n');
        if (end != NULL) *end++ = '\0';
        if (strcmp(line, "P2") == 0) {
            if (end != NULL && read_image(&job, end)) write_result(job.to, result, convert(&job, result));
            return;
        }
        if (!read_line(&job, line)) return;
        line = end;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    char text[largest_job + 1];
#ifdef STEADY  // the same work each time, to measure how often it is done in a second
    static const char job[] = "to a.pgm\ninvert\nP2\n8 2\n9\n1 2 3 4 5 6 7 8 9 8 7 6 5 4 3 2\n";
    data = (const uint8_t*)job;
    size = sizeof job - 1;
#endif
    if (size > largest_job) return 0;
    memcpy(text, data, size);
    text[size] = '\0';
    run_job(text);
    return 0;
}

// Follows the redirections of a mirror: the input is what the mirror answers, one answer after the other.
//
// The planted bug: an address belongs to the mirror if it begins like one, and 192.0.2.101 begins like 192.0.2.10.
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MIRROR "http://192.0.2.10"

enum { largest_answer = 4096, most_redirections = 5 };

typedef struct {
    char host[64];
    int port;
} Server;

static int is_of_mirror(const char* url) {
    const size_t length = strlen(MIRROR);
    if (strncmp(url, MIRROR, length) != 0) return 0;
#ifdef PATCHED
    return url[length] == '/' || url[length] == '\0';
#else
    return 1;
#endif
}

static int read_url(const char* url, Server* server) {
    const char* host = url + strlen("http://");
    const size_t length = strcspn(host, ":/");
    if (length == 0 || length >= sizeof server->host) return 0;
    memcpy(server->host, host, length);
    server->host[length] = '\0';
    server->port = host[length] == ':' ? atoi(host + length + 1) : 80;
    return server->port > 0 && server->port < 65536;
}

static void visit(const Server* server) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)server->port)};
    if (inet_pton(AF_INET, server->host, &to.sin_addr) != 1) return;
    const int connection = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (connection < 0) return;
    if (connect(connection, (const struct sockaddr*)&to, sizeof to) != 0 && errno == EINPROGRESS) errno = 0;
    close(connection);
}

// Of the answer at `text`: where it leads to, NULL if nowhere; `text` is then the next one.
static char* location(char** text) {
    char* found = NULL;
    if (strncmp(*text, "HTTP/1.1 30", 11) != 0) return NULL;
    for (char* line = *text; line != NULL && *line != '\0' && *line != '\n';) {
        char* end = strchr(line, '\n');
        if (end != NULL) *end++ = '\0';
        if (strncmp(line, "Location: ", 10) == 0) found = line + 10;
        line = *text = end == NULL ? line + strlen(line) : end;
    }
    if (**text == '\n') ++*text;
    return found;
}

// The mirror itself is the input.
static void fetch(char* answers) {
    for (int n = 0; n < most_redirections; ++n) {
        Server server;
        const char* url = location(&answers);
        if (url == NULL || !is_of_mirror(url) || !read_url(url, &server)) return;
        if (strcmp(server.host, "192.0.2.10") != 0) visit(&server);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    char text[largest_answer + 1];
    if (size > largest_answer) return 0;
    memcpy(text, data, size);
    text[size] = '\0';
    fetch(text);
    return 0;
}

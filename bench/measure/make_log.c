// make_log - writes an access log in the combined format with as many lines as asked for, spread over time as
// the counts in a file say: make_log COUNTS.csv LINES SEED > access.log
//
// COUNTS.csv has a header and two columns, the start of an interval (such as 1998-04-30 21:00, UTC) and how
// many requests it had. Devices come, ask a few dozen times and go. The same arguments give the same bytes
// everywhere.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ROWS_MAX  200000
#define VISITS    4096 // devices that are here at the same time
#define VISIT_MAX 60   // requests of one visit
#define OUT_BYTES (1 << 20)

struct row {
    time_t start;
    double count;
};

struct visit {
    uint32_t address;
    unsigned agent, left;
};

static uint64_t state;

// splitmix64 (Steele, Lea, Flood 2014)
static uint64_t draw(uint64_t below) {
    uint64_t z = (state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return (z ^ (z >> 31)) % below;
}

static const char *const agents[] = {
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.2 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (Linux; Android 15; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile "
    "Safari/537.36",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 "
    "Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.2 "
    "Safari/605.1.15",
    "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0",
    "Mozilla/5.0 (Linux; Android 14; SH-54D) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Mobile "
    "Safari/537.36",
};
static const char *const paths[] = {
    "/",
    "/assets/app.js",
    "/assets/app.css",
    "/assets/icons.svg",
    "/api/v1/campaign",
    "/api/v1/gate",
    "/api/v1/me",
    "/api/v1/faq?q=%E7%82%B9%E6%95%B0",
    "/calendar",
    "/images/english/banner.gif",
    "/api/v1/me/points",
    "/identity/callback?code=c29tZXRoaW5n&state=dGhhdCB3YXMgc2VudA",
};
static const char *const referers[] = {"-", "https://points.city.example/",
                                       "https://www.city.example/news/2026/02/points.html"};
static const int statuses[] = {200, 200, 200, 200, 200, 200, 200, 200,
                               304, 304, 201, 303, 404, 409, 503, 499};

static size_t read_counts(const char *path, struct row *rows) {
    char line[256];
    size_t count = 0;
    FILE *file = fopen(path, "r");
    if (file == NULL || fgets(line, sizeof line, file) == NULL) {
        perror(path);
        exit(1);
    }
    while (count < ROWS_MAX && fgets(line, sizeof line, file) != NULL) {
        struct tm parts = {0};
        char *comma = strchr(line, ',');
        if (comma == NULL || sscanf(line, "%4d-%2d-%2d %2d:%2d", &parts.tm_year, &parts.tm_mon,
                                    &parts.tm_mday, &parts.tm_hour, &parts.tm_min) != 5)
            continue;
        parts.tm_year -= 1900;
        parts.tm_mon -= 1;
        rows[count++] = (struct row){timegm(&parts), strtod(comma + 1, NULL)};
    }
    (void)fclose(file);
    return count;
}

static void write_line(time_t second, struct visit *visit) {
    char stamp[32];
    struct tm parts;
    if (visit->left == 0)
        *visit = (struct visit){(uint32_t)draw(UINT64_C(1) << 32), (unsigned)draw(6),
                                1 + (unsigned)draw(VISIT_MAX)};
    visit->left--;
    (void)gmtime_r(&second, &parts);
    (void)strftime(stamp, sizeof stamp, "%d/%b/%Y:%H:%M:%S", &parts);
    uint32_t a = visit->address;
    (void)printf("%u.%u.%u.%u - - [%s +0000] \"%s %s HTTP/1.1\" %d %u \"%s\" \"%s\"\n", a >> 24,
                 a >> 16 & 255, a >> 8 & 255, a & 255, stamp, draw(8) == 0 ? "POST" : "GET", paths[draw(12)],
                 statuses[draw(16)], (unsigned)draw(20000), referers[draw(3)], agents[visit->agent]);
}

int main(int argc, char **argv) {
    static struct row rows[ROWS_MAX];
    static struct visit visits[VISITS];
    static char buffer[OUT_BYTES];
    if (argc != 4) {
        (void)fprintf(stderr, "usage: make_log COUNTS.csv LINES SEED > access.log\n");
        return 2;
    }
    double lines = strtod(argv[2], NULL), total = 0, before = 0;
    size_t count = read_counts(argv[1], rows);
    state = strtoull(argv[3], NULL, 10);
    (void)setvbuf(stdout, buffer, _IOFBF, sizeof buffer);
    for (size_t i = 0; i < count; i++)
        total += rows[i].count;
    for (size_t i = 0; i < count; i++) {
        int64_t from = (int64_t)(before / total * lines),
                until = (int64_t)((before + rows[i].count) / total * lines);
        int64_t length = i + 1 < count ? (int64_t)(rows[i + 1].start - rows[i].start) : 3600;
        if (length > 3600)
            length = 3600;
        for (int64_t line = from; line < until; line++)
            write_line(rows[i].start + (line - from) * length / (until - from), &visits[draw(VISITS)]);
        before += rows[i].count;
    }
    return ferror(stdout) || fflush(stdout) != 0;
}

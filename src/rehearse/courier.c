// courier.c - easy handles are kept and used again; libcurl says which sockets and timers to watch.
#include "rehearse/courier.h"

#include <curl/curl.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"

#define EVENTS_MAX     256
#define SET_COOKIE_MAX 8192
#define LOCATION_MAX   8192

struct errand {
    struct courier *courier;
    CURL *easy;
    struct curl_slist *own_headers; // with an Idempotency-Key
    courier_done *done;
    void *context;
    char *location;
    int64_t retry_after_s;
    size_t body_length, set_cookie_length;
    char body[COURIER_BODY_MAX + 1];
    char set_cookie[SET_COOKIE_MAX + 1];
    struct errand *before, *after; // of those under way; `after` alone of those that are free
};

struct courier {
    char base[COURIER_ORIGIN_MAX];
    char origin_header[COURIER_ORIGIN_MAX + 16];
    CURLM *multi;
    int epoll;
    int64_t timer_us; // when libcurl wants to be called, by the monotonic clock; -1: never
    long patience_ms;
    struct curl_slist *post_headers;
    struct errand *under_way, *spare;
    size_t under_way_count;
};

static int watch_socket(CURL *easy, curl_socket_t socket, int what, void *context, void *known) {
    struct courier *courier = context;
    if (what == CURL_POLL_REMOVE) {
        (void)epoll_ctl(courier->epoll, EPOLL_CTL_DEL, socket, NULL);
        return 0;
    }
    struct epoll_event event = {.data.fd = socket};
    event.events =
        ((what & CURL_POLL_IN) != 0 ? EPOLLIN : 0u) | ((what & CURL_POLL_OUT) != 0 ? EPOLLOUT : 0u);
    if (known == NULL)
        (void)curl_multi_assign(courier->multi, socket, courier);
    if (epoll_ctl(courier->epoll, known == NULL ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, socket, &event) != 0 &&
        epoll_ctl(courier->epoll, EPOLL_CTL_ADD, socket, &event) != 0)
        (void)epoll_ctl(courier->epoll, EPOLL_CTL_MOD, socket, &event);
    return 0;
}

static int set_timer(CURLM *multi, long timeout_ms, void *context) {
    struct courier *courier = context;
    courier->timer_us = timeout_ms < 0 ? -1 : clock_monotonic_us() + timeout_ms * 1000;
    return 0;
}

bool courier_origin(const char *url, char ret_origin[COURIER_ORIGIN_MAX], struct error *err) {
    size_t scheme = text_starts_with(url, "http://") ? 7 : text_starts_with(url, "https://") ? 8 : 0;
    size_t host = scheme == 0 ? 0 : strcspn(url + scheme, "/?#");
    if (host == 0 || scheme + host >= COURIER_ORIGIN_MAX || memchr(url + scheme, '@', host) != NULL)
        return error_set(err, ERROR_INVALID, "\"%.80s\" is not an address such as http://127.0.0.1:8080",
                         url);
    memcpy(ret_origin, url, scheme + host);
    ret_origin[scheme + host] = '\0';
    return true;
}

bool courier_is_loopback(const char *url) {
    char origin[COURIER_ORIGIN_MAX];
    struct error ignored = {0};
    if (!courier_origin(url, origin, &ignored))
        return false;
    const char *host = strstr(origin, "//") + 2;
    unsigned a = 0, b = 0, c = 0, d = 0;
    int used = 0;
    if (sscanf(host, "%3u.%3u.%3u.%3u%n", &a, &b, &c, &d, &used) == 4)
        return a == 127 && (host[used] == '\0' || host[used] == ':');
    return strcmp(host, "localhost") == 0 || text_starts_with(host, "localhost:") ||
           strcmp(host, "[::1]") == 0 || text_starts_with(host, "[::1]:");
}

static bool set_up(struct courier *courier, const struct courier_options *options) {
    (void)snprintf(courier->origin_header, sizeof courier->origin_header, "Origin: %s", courier->base);
    static const char *const common[] = {"Content-Type: application/json", "Expect:"};
    struct curl_slist *headers = curl_slist_append(NULL, courier->origin_header);
    for (size_t i = 0; headers != NULL && i < sizeof common / sizeof *common; i++)
        headers = curl_slist_append(headers, common[i]);
    courier->post_headers = headers;
    courier->multi = curl_multi_init();
    courier->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (headers == NULL || courier->multi == NULL || courier->epoll < 0)
        return false;
    (void)curl_multi_setopt(courier->multi, CURLMOPT_SOCKETFUNCTION, watch_socket);
    (void)curl_multi_setopt(courier->multi, CURLMOPT_SOCKETDATA, courier);
    (void)curl_multi_setopt(courier->multi, CURLMOPT_TIMERFUNCTION, set_timer);
    (void)curl_multi_setopt(courier->multi, CURLMOPT_TIMERDATA, courier);
    (void)curl_multi_setopt(courier->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, (long)options->connections_max);
    (void)curl_multi_setopt(courier->multi, CURLMOPT_MAXCONNECTS, (long)options->connections_max);
    return true;
}

bool courier_new(const struct courier_options *options, struct courier **ret_courier, struct error *err) {
    struct courier *courier = calloc(1, sizeof *courier);
    if (courier == NULL || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        free(courier);
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    }
    courier->epoll = -1;
    courier->timer_us = -1;
    courier->patience_ms = (long)(options->patience_s * 1000);
    bool ok = courier_origin(options->base, courier->base, err);
    if (ok && !set_up(courier, options))
        ok = error_set(err, ERROR_UNAVAILABLE, "no means to send requests: memory or files exhausted");
    if (!ok) {
        courier_free(courier);
        return false;
    }
    *ret_courier = courier;
    return true;
}

static void free_errand(struct errand *errand) {
    if (errand->easy != NULL)
        curl_easy_cleanup(errand->easy);
    curl_slist_free_all(errand->own_headers);
    free(errand->location);
    free(errand);
}

void courier_free(struct courier *courier) {
    if (courier == NULL)
        return;
    for (struct errand *errand = courier->under_way, *after; errand != NULL; errand = after) {
        after = errand->after;
        (void)curl_multi_remove_handle(courier->multi, errand->easy);
        free_errand(errand);
    }
    for (struct errand *errand = courier->spare, *after; errand != NULL; errand = after) {
        after = errand->after;
        free_errand(errand);
    }
    if (courier->multi != NULL)
        (void)curl_multi_cleanup(courier->multi);
    curl_slist_free_all(courier->post_headers);
    if (courier->epoll >= 0)
        (void)close(courier->epoll);
    free(courier);
    curl_global_cleanup();
}

void courier_cleanup(struct courier **courier) {
    courier_free(*courier);
    *courier = NULL;
}

static size_t take_body(char *bytes, size_t size, size_t count, void *context) {
    struct errand *errand = context;
    size_t room = COURIER_BODY_MAX - errand->body_length;
    size_t taken = size * count < room ? size * count : room;
    memcpy(errand->body + errand->body_length, bytes, taken);
    errand->body_length += taken;
    return size * count;
}

// The value of the header `name` ("location:"), or NULL when the line is another's.
static const char *header_value(const char *line, size_t length, const char *name, size_t *ret_length) {
    size_t name_length = strlen(name);
    if (length < name_length || strncasecmp(line, name, name_length) != 0)
        return NULL;
    while (name_length < length && line[name_length] == ' ')
        name_length++;
    while (length > name_length && (line[length - 1] == '\r' || line[length - 1] == '\n'))
        length--;
    *ret_length = length - name_length;
    return line + name_length;
}

static size_t take_header(char *line, size_t size, size_t count, void *context) {
    struct errand *errand = context;
    size_t length = 0;
    const char *value = NULL;
    if ((value = header_value(line, size * count, "location:", &length)) != NULL && length <= LOCATION_MAX) {
        free(errand->location);
        errand->location = strndup(value, length);
    } else if ((value = header_value(line, size * count, "set-cookie:", &length)) != NULL &&
               errand->set_cookie_length + length + 1 <= SET_COOKIE_MAX) {
        memcpy(errand->set_cookie + errand->set_cookie_length, value, length);
        errand->set_cookie_length += length;
        errand->set_cookie[errand->set_cookie_length++] = '\n';
    } else if ((value = header_value(line, size * count, "retry-after:", &length)) != NULL && length < 12) {
        char number[12] = "";
        memcpy(number, value, length);
        if (!text_parse_int(number, 0, 86400, &errand->retry_after_s))
            errand->retry_after_s = -1;
    }
    return size * count;
}

static struct errand *get_errand(struct courier *courier) {
    struct errand *errand = courier->spare;
    if (errand != NULL) {
        courier->spare = errand->after;
    } else {
        errand = calloc(1, sizeof *errand);
        if (errand == NULL)
            return NULL;
        errand->courier = courier;
        errand->easy = curl_easy_init();
    }
    if (errand->easy == NULL) {
        free_errand(errand);
        return NULL;
    }
    errand->before = errand->after = NULL;
    errand->retry_after_s = -1;
    errand->body_length = errand->set_cookie_length = 0;
    return errand;
}

static void put_errand(struct courier *courier, struct errand *errand) {
    curl_slist_free_all(errand->own_headers);
    errand->own_headers = NULL;
    free(errand->location);
    errand->location = NULL;
    errand->after = courier->spare;
    courier->spare = errand;
}

static struct curl_slist *headers_with_key(const struct courier *courier, const char *key) {
    char line[256];
    (void)snprintf(line, sizeof line, "Idempotency-Key: %s", key);
    struct curl_slist *headers = curl_slist_append(NULL, line);
    for (struct curl_slist *header = courier->post_headers; headers != NULL && header != NULL;
         header = header->next)
        headers = curl_slist_append(headers, header->data);
    return headers;
}

static void prepare(struct courier *courier, struct errand *errand, const struct courier_request *request,
                    const char *url) {
    CURL *easy = errand->easy;
    curl_easy_reset(easy);
    (void)curl_easy_setopt(easy, CURLOPT_URL, url);
    (void)curl_easy_setopt(easy, CURLOPT_PRIVATE, errand);
    (void)curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    (void)curl_easy_setopt(easy, CURLOPT_PROXY, "");
    (void)curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, courier->patience_ms);
    (void)curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
    (void)curl_easy_setopt(easy, CURLOPT_WRITEDATA, errand);
    (void)curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header);
    (void)curl_easy_setopt(easy, CURLOPT_HEADERDATA, errand);
    (void)curl_easy_setopt(easy, CURLOPT_USERAGENT, "juncho-rehearse");
    (void)curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    if (*request->cookies != '\0')
        (void)curl_easy_setopt(easy, CURLOPT_COOKIE, request->cookies);
    if (!request->post)
        return;
    if (request->idempotency_key != NULL)
        errand->own_headers = headers_with_key(courier, request->idempotency_key);
    (void)curl_easy_setopt(easy, CURLOPT_HTTPHEADER,
                           errand->own_headers != NULL ? errand->own_headers : courier->post_headers);
    (void)curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, (long)strlen(request->body));
    (void)curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, request->body);
}

bool courier_send(struct courier *courier, const struct courier_request *request, courier_done *done,
                  void *context, struct error *err) {
    char url[COURIER_ORIGIN_MAX + 8192], origin[COURIER_ORIGIN_MAX];
    const char *base = *request->target == '/' ? courier->base : "";
    if (snprintf(url, sizeof url, "%s%s", base, request->target) >= (int)sizeof url)
        return error_set(err, ERROR_INVALID, "the address is too long");
    if (!courier_origin(url, origin, err))
        return false;
    if (strcmp(origin, courier->base) != 0)
        return error_set(err, ERROR_DENIED, "%.100s is not the server that is rehearsed", origin);
    struct errand *errand = get_errand(courier);
    if (errand == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    errand->done = done;
    errand->context = context;
    prepare(courier, errand, request, url);
    if (curl_multi_add_handle(courier->multi, errand->easy) != CURLM_OK) {
        put_errand(courier, errand);
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    }
    errand->after = courier->under_way;
    if (errand->after != NULL)
        errand->after->before = errand;
    courier->under_way = errand;
    courier->under_way_count++;
    return true;
}

static void finish(struct courier *courier, struct errand *errand, CURLcode result) {
    long status = 0;
    if (result == CURLE_OK)
        (void)curl_easy_getinfo(errand->easy, CURLINFO_RESPONSE_CODE, &status);
    (void)curl_multi_remove_handle(courier->multi, errand->easy);
    if (errand->before != NULL)
        errand->before->after = errand->after;
    else
        courier->under_way = errand->after;
    if (errand->after != NULL)
        errand->after->before = errand->before;
    courier->under_way_count--;
    errand->body[errand->body_length] = '\0';
    errand->set_cookie[errand->set_cookie_length] = '\0';
    struct courier_answer answer = {.status = (int)status,
                                    .location = errand->location,
                                    .body = errand->body,
                                    .set_cookie = errand->set_cookie,
                                    .retry_after_s = errand->retry_after_s};
    errand->done(errand->context, &answer);
    put_errand(courier, errand);
}

static void collect(struct courier *courier) {
    int left = 0;
    CURLMsg *message = NULL;
    while ((message = curl_multi_info_read(courier->multi, &left)) != NULL) {
        struct errand *errand = NULL;
        if (message->msg != CURLMSG_DONE)
            continue;
        CURLcode result = message->data.result;
        (void)curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&errand);
        finish(courier, errand, result);
    }
}

void courier_wait(struct courier *courier, int64_t timeout_us) {
    struct epoll_event events[EVENTS_MAX];
    int running = 0;
    int64_t now_us = clock_monotonic_us();
    if (courier->timer_us >= 0 && courier->timer_us - now_us < timeout_us)
        timeout_us = courier->timer_us - now_us;
    if (timeout_us < 0)
        timeout_us = 0;
    struct timespec timeout = {.tv_sec = timeout_us / 1000000, .tv_nsec = timeout_us % 1000000 * 1000};
    int count = epoll_pwait2(courier->epoll, events, EVENTS_MAX, &timeout, NULL);
    for (int i = 0; i < count; i++) {
        int what = ((events[i].events & EPOLLIN) != 0 ? CURL_CSELECT_IN : 0) |
                   ((events[i].events & EPOLLOUT) != 0 ? CURL_CSELECT_OUT : 0) |
                   ((events[i].events & (EPOLLERR | EPOLLHUP)) != 0 ? CURL_CSELECT_ERR : 0);
        (void)curl_multi_socket_action(courier->multi, events[i].data.fd, what, &running);
    }
    if (courier->timer_us >= 0 && courier->timer_us <= clock_monotonic_us()) {
        courier->timer_us = -1;
        (void)curl_multi_socket_action(courier->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    }
    collect(courier);
}

size_t courier_under_way(const struct courier *courier) {
    return courier->under_way_count;
}

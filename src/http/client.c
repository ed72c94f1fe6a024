// client.c - one thread, one curl multi handle, one line of waiting calls a host.
#include "http/client.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"

#define HOSTS_MAX           8
#define HOST_SIZE           256
#define CONNECT_TIMEOUT_MS  5000
#define WAIT_MS_MAX         1000
#define WAIT_MS_WHILE_QUEUE 50 // so that a call that waits ends close to its own timeout
#define HEADER_SIZE         4096

struct host {
    char origin[HOST_SIZE]; // "https://provider:443"; "" = free
    unsigned active;
    struct http_call *first, *last;
};

struct transfer {
    struct transfer *next; // among the spare ones
    struct transfer *next_active, **link;
    CURL *easy;
    struct curl_slist *headers;
    struct http_call *call;
    struct host *host;
    struct buffer body;
    size_t body_bytes_max;
    bool too_large;
    char error[CURL_ERROR_SIZE];
};

struct http_client {
    struct http_client_options options;
    CURLM *multi;
    pthread_t thread;
    pthread_mutex_t mutex;
    // Under the mutex.
    struct http_call *sent_first, *sent_last;
    size_t calls;
    bool stopping;
    // The thread's own.
    struct host hosts[HOSTS_MAX];
    struct transfer *spare;
    struct transfer *active;
};

static void append(struct http_call **first, struct http_call **last, struct http_call *call) {
    call->next = NULL;
    if (*first == NULL)
        *first = call;
    else
        (*last)->next = call;
    *last = call;
}

static struct http_call *take_first(struct http_call **first) {
    struct http_call *call = *first;
    if (call != NULL) {
        *first = call->next;
        call->next = NULL;
    }
    return call;
}

// "https://host:port" of a URL; false when it is neither http nor https, or carries credentials.
static bool origin_of(const char *url, char origin[HOST_SIZE]) {
    const char *host = strstr(url, "://");
    if (host == NULL || (strncasecmp(url, "https:", 6) != 0 && strncasecmp(url, "http:", 5) != 0))
        return false;
    host += 3;
    size_t host_length = strcspn(host, "/?#");
    size_t length = (size_t)(host - url) + host_length;
    if (host_length == 0 || length >= HOST_SIZE || memchr(host, '@', host_length) != NULL)
        return false;
    memcpy(origin, url, length);
    origin[length] = '\0';
    return true;
}

static void finish(struct http_client *client, struct http_call *call, const struct error *err) {
    call->duration_us = clock_monotonic_us() - call->duration_us; // it held the start until now
    (void)pthread_mutex_lock(&client->mutex);
    client->calls--;
    (void)pthread_mutex_unlock(&client->mutex);
    call->done(call, err); // the call may be gone after this
}

static size_t take_bytes(char *bytes, size_t size, size_t count, void *cls) {
    struct transfer *transfer = cls;
    size_t length = size * count;
    if (length > transfer->body_bytes_max - transfer->body.length) {
        transfer->too_large = true;
        return 0;
    }
    buffer_add_bytes(&transfer->body, bytes, length);
    return transfer->body.failed ? 0 : length;
}

static struct transfer *take_spare(struct http_client *client) {
    struct transfer *transfer = client->spare;
    if (transfer != NULL) {
        client->spare = transfer->next;
        return transfer;
    }
    transfer = calloc(1, sizeof *transfer);
    if (transfer == NULL)
        return NULL;
    transfer->easy = curl_easy_init();
    if (transfer->easy == NULL) {
        free(transfer);
        return NULL;
    }
    return transfer;
}

static void give_back(struct http_client *client, struct transfer *transfer) {
    curl_slist_free_all(transfer->headers);
    CURL *easy = transfer->easy;
    curl_easy_reset(easy);
    *transfer = (struct transfer){.easy = easy, .next = client->spare};
    client->spare = transfer;
}

static bool set_headers(struct transfer *transfer, const char *authorization) {
    // Without this curl asks before it sends more than 1 MB, and waits a second for servers that do not
    // answer.
    struct curl_slist *headers = curl_slist_append(NULL, "Expect:");
    if (headers != NULL && authorization != NULL) {
        char text[HEADER_SIZE];
        int length = snprintf(text, sizeof text, "Authorization: %s", authorization);
        bool clean = length > 0 && (size_t)length < sizeof text && strpbrk(text, "\r\n") == NULL;
        struct curl_slist *more = clean ? curl_slist_append(headers, text) : NULL;
        if (more == NULL)
            curl_slist_free_all(headers);
        headers = more;
    }
    transfer->headers = headers;
    return headers != NULL && curl_easy_setopt(transfer->easy, CURLOPT_HTTPHEADER, headers) == CURLE_OK;
}

static bool set_options(struct http_client *client, struct transfer *transfer, long timeout_ms) {
    CURL *easy = transfer->easy;
    const struct http_call *call = transfer->call;
    long connect_ms = timeout_ms < CONNECT_TIMEOUT_MS ? timeout_ms : CONNECT_TIMEOUT_MS;
    bool ok = set_headers(transfer, call->authorization) &&
              curl_easy_setopt(easy, CURLOPT_URL, call->url) == CURLE_OK &&
              curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK &&
              curl_easy_setopt(easy, CURLOPT_PROXY, "") == CURLE_OK && // none, whatever the environment says
              curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK &&
              curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
              // One transfer a connection, so that the cap on transfers is a cap on connections.
              curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1) == CURLE_OK &&
              curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, timeout_ms) == CURLE_OK &&
              curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, connect_ms) == CURLE_OK &&
              curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L) == CURLE_OK &&
              curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L) == CURLE_OK &&
              curl_easy_setopt(easy, CURLOPT_USERAGENT, "juncho") == CURLE_OK &&
              curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->error) == CURLE_OK &&
              curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_bytes) == CURLE_OK &&
              curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer) == CURLE_OK;
    if (ok && client->options.ca_file != NULL)
        ok = curl_easy_setopt(easy, CURLOPT_CAINFO, client->options.ca_file) == CURLE_OK;
    if (ok && call->form != NULL)
        ok = curl_easy_setopt(easy, CURLOPT_POSTFIELDS, call->form) == CURLE_OK;
    return ok;
}

static void start(struct http_client *client, struct host *host, struct http_call *call) {
    struct error err;
    int64_t waited_ms = (clock_monotonic_us() - call->duration_us) / 1000;
    struct transfer *transfer = call->timeout_ms > waited_ms ? take_spare(client) : NULL;
    if (transfer == NULL) {
        (void)error_set(&err, ERROR_UNAVAILABLE, "%s: no connection became free in time", host->origin);
        finish(client, call, &err);
        return;
    }
    transfer->call = call;
    transfer->host = host;
    transfer->body_bytes_max = client->options.body_bytes_max;
    buffer_init(&transfer->body, call->arena);
    if (transfer->body.failed || !set_options(client, transfer, (long)(call->timeout_ms - waited_ms)) ||
        curl_multi_add_handle(client->multi, transfer->easy) != CURLM_OK) {
        give_back(client, transfer);
        (void)error_set(&err, ERROR_UNAVAILABLE, "%s: the call could not be set up", host->origin);
        finish(client, call, &err);
        return;
    }
    host->active++;
    transfer->next_active = client->active;
    transfer->link = &client->active;
    if (transfer->next_active != NULL)
        transfer->next_active->link = &transfer->next_active;
    client->active = transfer;
}

static void detach(struct http_client *client, struct transfer *transfer) {
    (void)curl_multi_remove_handle(client->multi, transfer->easy);
    transfer->host->active--;
    *transfer->link = transfer->next_active;
    if (transfer->next_active != NULL)
        transfer->next_active->link = transfer->link;
}

static void complete(struct http_client *client, struct transfer *transfer, CURLcode result) {
    struct http_call *call = transfer->call;
    struct error err = {.kind = ERROR_NONE};
    long status = 0;
    const char *content_type = NULL;
    (void)curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
    (void)curl_easy_getinfo(transfer->easy, CURLINFO_CONTENT_TYPE, &content_type);
    if (transfer->too_large)
        (void)error_set(&err, ERROR_UNAVAILABLE, "%s: the answer is larger than %zu bytes",
                        transfer->host->origin, client->options.body_bytes_max);
    else if (result != CURLE_OK)
        (void)error_set(&err, ERROR_UNAVAILABLE, "%s: %s", transfer->host->origin,
                        transfer->error[0] != '\0' ? transfer->error : curl_easy_strerror(result));
    call->status = (int)status;
    call->content_type = arena_copy_text(call->arena, content_type);
    call->body = transfer->body.text;
    call->body_length = transfer->body.length;
    detach(client, transfer);
    give_back(client, transfer);
    finish(client, call, err.kind == ERROR_NONE ? NULL : &err);
}

static struct host *host_for(struct http_client *client, const char *origin) {
    struct host *unused = NULL;
    for (size_t i = 0; i < HOSTS_MAX; i++) {
        struct host *host = &client->hosts[i];
        if (strcmp(host->origin, origin) == 0)
            return host;
        if (unused == NULL && host->active == 0 && host->first == NULL)
            unused = host;
    }
    if (unused != NULL)
        memcpy(unused->origin, origin, strlen(origin) + 1);
    return unused;
}

static void take_sent(struct http_client *client) {
    (void)pthread_mutex_lock(&client->mutex);
    struct http_call *sent = client->sent_first;
    client->sent_first = NULL;
    (void)pthread_mutex_unlock(&client->mutex);
    for (struct http_call *call; (call = take_first(&sent)) != NULL;) {
        char origin[HOST_SIZE];
        struct host *host = origin_of(call->url, origin) ? host_for(client, origin) : NULL;
        if (host != NULL) {
            append(&host->first, &host->last, call);
            continue;
        }
        struct error err;
        (void)error_set(&err, ERROR_UNAVAILABLE, "calls to %d other hosts are under way", HOSTS_MAX);
        finish(client, call, &err);
    }
}

// Starts what has room; ends what has waited for too long. Returns whether calls are still waiting.
static bool start_waiting(struct http_client *client) {
    bool waiting = false;
    int64_t now_us = clock_monotonic_us();
    for (size_t i = 0; i < HOSTS_MAX; i++) {
        struct host *host = &client->hosts[i];
        while (host->first != NULL) {
            bool late = now_us - host->first->duration_us >= host->first->timeout_ms * 1000;
            if (host->active >= client->options.connections_max && !late)
                break;
            start(client, host, take_first(&host->first));
        }
        waiting = waiting || host->first != NULL;
    }
    return waiting;
}

static void read_results(struct http_client *client) {
    int left;
    for (CURLMsg *message; (message = curl_multi_info_read(client->multi, &left)) != NULL;) {
        if (message->msg != CURLMSG_DONE)
            continue;
        CURLcode result = message->data.result; // the message is gone once the handle is removed
        struct transfer *transfer = client->active;
        while (transfer->easy != message->easy_handle)
            transfer = transfer->next_active;
        complete(client, transfer, result);
    }
}

static void end_everything(struct http_client *client) {
    struct error err;
    (void)error_set(&err, ERROR_UNAVAILABLE, "the service is stopping");
    take_sent(client);
    while (client->active != NULL) {
        struct transfer *transfer = client->active;
        struct http_call *call = transfer->call;
        detach(client, transfer);
        give_back(client, transfer);
        finish(client, call, &err);
    }
    for (size_t i = 0; i < HOSTS_MAX; i++)
        for (struct http_call *call; (call = take_first(&client->hosts[i].first)) != NULL;)
            finish(client, call, &err);
}

static bool is_stopping(struct http_client *client) {
    (void)pthread_mutex_lock(&client->mutex);
    bool stopping = client->stopping;
    (void)pthread_mutex_unlock(&client->mutex);
    return stopping;
}

static void *client_thread(void *cls) {
    struct http_client *client = cls;
    while (!is_stopping(client)) {
        take_sent(client);
        bool waiting = start_waiting(client);
        int running;
        (void)curl_multi_perform(client->multi, &running);
        read_results(client);
        waiting = waiting && start_waiting(client);
        (void)curl_multi_poll(client->multi, NULL, 0, waiting ? WAIT_MS_WHILE_QUEUE : WAIT_MS_MAX, NULL);
    }
    end_everything(client);
    return NULL;
}

static void global_init(void) {
    (void)curl_global_init(CURL_GLOBAL_DEFAULT);
}

static void client_free(struct http_client *client) {
    while (client->spare != NULL) {
        struct transfer *transfer = client->spare;
        client->spare = transfer->next;
        curl_easy_cleanup(transfer->easy);
        free(transfer);
    }
    if (client->multi != NULL)
        (void)curl_multi_cleanup(client->multi);
    (void)pthread_mutex_destroy(&client->mutex);
    free(client);
}

bool http_client_start(const struct http_client_options *options, struct http_client **ret_client,
                       struct error *err) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    (void)pthread_once(&once, global_init);
    struct http_client *client = calloc(1, sizeof *client);
    if (client == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "no memory for the HTTP client");
    client->options = *options;
    (void)pthread_mutex_init(&client->mutex, NULL);
    client->multi = curl_multi_init();
    if (client->multi == NULL || pthread_create(&client->thread, NULL, client_thread, client) != 0) {
        client_free(client);
        return error_set(err, ERROR_UNAVAILABLE, "the HTTP client could not start");
    }
    *ret_client = client;
    return true;
}

void http_client_stop(struct http_client *client) {
    if (client == NULL)
        return;
    (void)pthread_mutex_lock(&client->mutex);
    client->stopping = true;
    (void)pthread_mutex_unlock(&client->mutex);
    (void)curl_multi_wakeup(client->multi);
    (void)pthread_join(client->thread, NULL);
    client_free(client);
}

bool http_client_send(struct http_client *client, struct http_call *call, struct error *err) {
    char origin[HOST_SIZE];
    if (!origin_of(call->url, origin))
        return error_set_field(err, ERROR_INVALID, "url", "not an address of a web server");
    (void)pthread_mutex_lock(&client->mutex);
    bool full = client->calls >= client->options.calls_max;
    bool stopping = client->stopping;
    if (!full && !stopping) {
        call->duration_us = clock_monotonic_us();
        append(&client->sent_first, &client->sent_last, call);
        client->calls++;
    }
    (void)pthread_mutex_unlock(&client->mutex);
    if (stopping)
        return error_set(err, ERROR_UNAVAILABLE, "the service is stopping");
    if (full)
        return error_set(err, ERROR_UNAVAILABLE, "%zu calls are waiting already", client->options.calls_max);
    (void)curl_multi_wakeup(client->multi);
    return true;
}

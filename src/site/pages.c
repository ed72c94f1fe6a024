// pages.c - placeholder until assets land
#include "site/pages.h"
bool pages_new(const char *directory, struct pages **ret_pages, struct error *err) {
    *ret_pages = NULL;
    return true;
}
void pages_free(struct pages *pages) {
}
bool pages_respond(struct visit *visit) {
    return false;
}

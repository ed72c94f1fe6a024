// qr.c - libqrencode's modules as one path of horizontal runs.
#include "base/qr.h"

#include <qrencode.h>
#include <string.h>

#define QUIET_MODULES 4

static void add_runs(struct buffer *buffer, const QRcode *code) {
    for (int y = 0; y < code->width; y++) {
        for (int x = 0; x < code->width;) {
            int from = x;
            while (x < code->width && (code->data[y * code->width + x] & 1) != 0)
                x++;
            if (x > from)
                buffer_print(buffer, "M%d %dh%dv1h-%dz", from + QUIET_MODULES, y + QUIET_MODULES, x - from,
                             x - from);
            else
                x++;
        }
    }
}

bool qr_svg(struct arena *arena, const char *text, const char **ret_svg, struct error *err) {
    size_t length = strlen(text);
    if (length == 0 || length > QR_TEXT_BYTES_MAX)
        return error_set(err, ERROR_INVALID, "a text of %zu bytes does not become a QR code", length);
    QRcode *code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M);
    if (code == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    struct buffer buffer;
    int size = code->width + 2 * QUIET_MODULES;
    buffer_init(&buffer, arena);
    buffer_print(&buffer,
                 "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" "
                 "shape-rendering=\"crispEdges\"><path fill=\"#fff\" d=\"M0 0h%dv%dH0z\"/><path d=\"",
                 size, size, size, size);
    add_runs(&buffer, code);
    buffer_add(&buffer, "\"/></svg>\n");
    QRcode_free(code);
    if (buffer.failed)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    *ret_svg = buffer.text;
    return true;
}

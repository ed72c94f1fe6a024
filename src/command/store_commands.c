// store_commands.c - migrate, backup, version.
#include <stdio.h>

#include "base/clock.h"
#include "command/command.h"
#include "command/options.h"
#include "migrations_list.h"
#include "store/migrate.h"
#include "version.h"

static const char migrate_help[] =
    "usage: juncho migrate [--store URL]\n"
    "\n"
    "Brings the store to the form that this program knows. `juncho serve` does it by itself at its start.\n"
    "\n"
    "example: juncho migrate --store postgresql://juncho@db.example/juncho\n";

static const char backup_help[] =
    "usage: juncho backup FILE [--store URL]\n"
    "\n"
    "Copies an SQLite store to FILE while it is in use. For PostgreSQL use pg_dump. The key file is not part "
    "of\n"
    "it: keep a copy of that as well, elsewhere. docs/operations.md goes through both, and through bringing "
    "back.\n"
    "\n"
    "example: juncho backup /var/backups/juncho.db --store sqlite:/var/lib/juncho/juncho.db\n";

static int failed(const char *name, const struct error *err) {
    (void)fprintf(stderr, "juncho %s: %s\n", name, err->message);
    return EXIT_FAULT;
}

int command_migrate(int argc, char **argv) {
    struct store_command options = {0};
    struct store *store = NULL;
    struct error err;
    int applied = 0;
    int result = store_command_parse(argc, argv, migrate_help, &options);
    if (result != EXIT_DONE)
        return result < 0 ? EXIT_DONE : result;
    bool ok = store_open(options.store, &store, &err) &&
              migrate_run(store, MIGRATIONS, MIGRATIONS_COUNT, clock_wall_ms(), &applied, &err);
    store_close(store);
    if (!ok)
        return failed("migrate", &err);
    (void)printf("%d applied, %d in all\n", applied, (int)MIGRATIONS_COUNT);
    return EXIT_DONE;
}

int command_backup(int argc, char **argv) {
    struct store_command options = {.takes_file = true};
    struct store *store = NULL;
    struct error err;
    int result = store_command_parse(argc, argv, backup_help, &options);
    if (result != EXIT_DONE)
        return result < 0 ? EXIT_DONE : result;
    if (options.file == NULL) {
        (void)fprintf(stderr, "juncho backup: FILE is missing; see juncho backup --help\n");
        return EXIT_USAGE;
    }
    bool ok = store_command_open(&options, &store, &err) && store_backup(store, options.file, &err);
    store_close(store);
    if (!ok)
        return failed("backup", &err);
    (void)printf("copied to %s\n", options.file);
    return EXIT_DONE;
}

int command_version(int argc, char **argv) {
    (void)printf("juncho %s\n", JUNCHO_VERSION);
    return EXIT_DONE;
}

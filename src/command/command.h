// command.h - the commands of the program; main.c finds one by its name.
//
// A command gets its own arguments (argv[0] is its name) and gives back the exit code.
#pragma once

enum {
    EXIT_DONE = 0,
    EXIT_FAULT = 1,  // found a fault, or could not do it
    EXIT_USAGE = 2,  // wrong use
    EXIT_PARTLY = 3, // an import with bad lines
};

int command_serve(int argc, char **argv);
int command_report(int argc, char **argv);
int command_verify(int argc, char **argv);
int command_rehearse(int argc, char **argv);
int command_simulate(int argc, char **argv);
int command_migrate(int argc, char **argv);
int command_backup(int argc, char **argv);
int command_calendar(int argc, char **argv);
int command_forecast(int argc, char **argv);
int command_staff(int argc, char **argv);
int command_import(int argc, char **argv);
int command_operator(int argc, char **argv);
int command_version(int argc, char **argv);

// population.c - the 62 municipalities of Tokyo.
#include "measure/population.h"

#include <stddef.h>

// Residents by the basic resident register on 1 January 2022, as the Ministry of Internal Affairs and
// Communications published them beside the numbers of issued cards. By code.
static const struct {
    int code;
    int32_t residents;
} populations[] = {
    {131016, 67049},  {131024, 171419}, {131032, 257183}, {131041, 341222}, {131059, 226332},
    {131067, 203709}, {131075, 275724}, {131083, 525952}, {131091, 403699}, {131105, 278276},
    {131113, 728703}, {131121, 916208}, {131130, 229013}, {131148, 332017}, {131156, 569703},
    {131164, 283342}, {131172, 351278}, {131181, 215543}, {131199, 567214}, {131202, 738358},
    {131211, 689106}, {131229, 462083}, {131237, 689739}, {132012, 561758}, {132021, 185124},
    {132039, 148025}, {132047, 190590}, {132055, 131124}, {132063, 260253}, {132071, 113829},
    {132080, 237939}, {132098, 430385}, {132101, 124617}, {132110, 195361}, {132128, 187304},
    {132136, 151695}, {132144, 127792}, {132152, 76317},  {132187, 56274},  {132195, 83022},
    {132209, 85285},  {132217, 74948},  {132225, 117091}, {132233, 71872},  {132241, 147528},
    {132250, 93007},  {132276, 54609},  {132284, 80112},  {132292, 205805}, {133035, 32328},
    {133051, 16549},  {133078, 2069},   {133086, 4897},   {133612, 7262},   {133621, 332},
    {133639, 2547},   {133647, 1877},   {133817, 2362},   {133825, 299},    {134015, 7128},
    {134023, 170},    {134210, 2575},
};

int64_t population_of(int municipality) {
    size_t low = 0, high = sizeof populations / sizeof *populations;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (populations[middle].code == municipality)
            return populations[middle].residents;
        if (populations[middle].code < municipality)
            low = middle + 1;
        else
            high = middle;
    }
    return 0;
}

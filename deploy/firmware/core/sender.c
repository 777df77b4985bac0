#include "sender.h"

#include "frame.h"

static bool clipped(const struct sender *sender, const int16_t *counts)
{
    for (size_t scan = 0; scan < sender->scans; scan++, counts += sender->stride)
        for (size_t channel = 0; channel < sender->channels; channel++)
            if (counts[channel] <= sender->lowest || counts[channel] >= sender->highest)
                return true;
    return false;
}

void sender_lose(struct sender *sender, uint32_t blocks)
{
    sender->blocks += blocks;
    sender->lost += blocks;
    sender->overrun = sender->overrun || blocks > 0;
}

bool sender_send(struct sender *sender, const int16_t *counts)
{
    struct frame_header header = {
        .type = FRAME_DATA,
        .channels = sender->channels,
        .scans = sender->scans,
        .flags = (uint16_t)((clipped(sender, counts) ? FRAME_CLIPPED : 0)
                            | (sender->overrun ? FRAME_OVERRUN : 0)),
        .sequence = (uint32_t)sender->blocks,
        .first_scan = sender->blocks * sender->scans,
        .rate_mhz = sender->rate_mhz,
    };
    size_t bytes = frame_of_scans(&header, counts, sender->stride, sender->scratch, sender->scratch_bytes);
    if (bytes == 0 || !ring_put(sender->ring, sender->scratch, bytes)) {
        sender_lose(sender, 1);
        return false;
    }
    sender->blocks++;
    sender->overrun = false;
    return true;
}

bool sender_describe(struct sender *sender, const char *text, size_t length)
{
    size_t bytes = frame_of_text(text, length, sender->scratch, sender->scratch_bytes);
    return bytes > 0 && ring_put(sender->ring, sender->scratch, bytes);
}

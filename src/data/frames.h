/* data/frames.h -- pictures as the frames that a camera would send of them: RGB565, the high byte first.
 *
 * The camera stands so that the picture just fills what the network looks at (`crop`), as in training, where the
 * network saw the whole of it: sides are kept in proportion, what sticks out of the frame is cut away, and where the
 * picture ends before the frame does (the network does not look there) its border goes on. */
#ifndef TH_DATA_FRAMES_H
#define TH_DATA_FRAMES_H

#include "data/card.h"
#include "data/dataset.h"
#include "dsp/image.h"
#include "dsp/image_pixel.h"

typedef struct th_frames {
    th_pixels pixels;
    th_crop crop;
    uint8_t *bytes; /* [n][th_pixel_bytes(&pixels)] */
    int32_t *label; /* [n] of the card; -1: none is known, or the card has not got it */
    char **name;    /* [n] */
    int32_t n, cap;
    int32_t n_labelled; /* of the pictures' labels so many are the card's */
    size_t n_bad;       /* files that could not be read */
    char problem[512];  /* why the first of them */
} th_frames;

/* A picture [h][w][3] -> a frame.  Errors: TH_ERANGE (a side that th_image_resize cannot make), TH_ENOMEM. */
TH_NODISCARD th_err th_frame_of(const uint8_t *rgb, int32_t h, int32_t w, const th_pixels *pixels, const th_crop *crop,
                                uint8_t *frame, th_why *why);

/* Appends what lies at `path` to f, whose pixels and crop are set:
 *   a PNG or JPEG file                 one frame
 *   another file                       frames as the camera sent them, one after the other
 *   a folder with pictures in it       each one, in the order of their names
 *   another folder                     a folder per label; of train, val, test (data/picture_folder.h) what is not
 * train Errors: TH_ENOENT (no picture), TH_EFORMAT (not whole frames), TH_ENOMEM.  Free with th_frames_free, also after
 * one.
 */
TH_NODISCARD th_err th_frames_read(const th_card *card, const char *path, th_frames *f, th_why *why);

/* The same with the test pictures of a project. */
TH_NODISCARD th_err th_frames_of_set(const th_card *card, const th_dataset *set, th_frames *f, th_why *why);

void th_frames_free(th_frames *f);

#endif

/* The firmware that takes models: one for each board. */
#include "deploy/export.h"

#include "deploy/folder.h"

#include <string.h>

static void write_emulator(th_writer *w, const th_board *b)
{
    th_writer_add(w, "## The emulated board\n\n    %s", b->emulator);
    for (const char *const *o = b->emulator_options; *o; o++) th_writer_add(w, " %s", *o);
    th_writer_add(w,
                  " -display none -monitor none \\\n      -semihosting-config enable=on,target=native "
                  "-serial tcp:127.0.0.1:4444,server=on,wait=off \\\n      -kernel firmware.elf &\n"
                  "    thimble deploy MODEL --board %s --as package --send tcp:127.0.0.1:4444\n"
                  "    thimble deploy MODEL --board %s --as package --send tcp:127.0.0.1:4444 --in FILE --to FILE\n\n"
                  "`-serial pty` works as well: QEMU says the name, `--send /dev/pts/N`.\n\n",
                  b->name, b->name);
}

static th_err put_readme(const th_folder *f, const th_board *b, const th_firmware *fw, th_why *why)
{
    th_writer w = {0};
    th_writer_add(
        &w,
        "# Firmware for %s that takes models\n\n"
        "A model package (`.thm`) comes over the serial line, is checked and runs: no compiler for a new model.\n"
        "Flash %lu bytes; it has every kernel that its processor can run. RAM: %lu bytes of its own, the other %lu are "
        "for the package and what it needs to "
        "run.\nA package that is damaged, too large, for another processor or that needs a kernel which is not "
        "here is refused\nwith its reason, and so is one of another version of the format.\n\n",
        b->title, (unsigned long)fw->flash, (unsigned long)fw->ram_bound,
        (unsigned long)(b->ram_bytes - fw->ram_bound));
    if (b->emulator) write_emulator(&w, b);
    th_writer_add(
        &w,
        "## A real board (not tested on hardware)\n\n"
        "Write `firmware.hex` to it with the board's own tool or a debugger, once. Then, with its port (115200 "
        "baud):\n\n"
        "    thimble deploy MODEL --board %s --as package --send /dev/ttyACM0\n\n"
        "The serial line is the one in `device/loader/`; where a board's USB is another one, connect an adapter.\n"
        "The protocol stands in `src/nn/loader.h`.\n",
        b->name);
    th_err err =
        w.err ? th_why_set(why, w.err, "out of memory") : th_folder_put(f, "README.md", TH_WRITER_SPAN(&w), why);
    th_writer_free(&w);
    return err;
}

static th_err build_into(const th_folder *f, const th_code *code, const th_board *board, th_firmware *fw, th_why *why)
{
    char path[TH_PATH_BYTES];
    TH_TRY(th_firmware_sources(code, f->part, why));
    TH_TRY(th_firmware_build(code, board, f->part, 0, fw, why));
    TH_TRY(put_readme(f, board, fw, why));
    TH_TRY(th_path_join(path, f->part, "build", why));
    th_dir_remove(path);
    TH_TRY(th_folder_finish(f, why));
    return th_path_join(fw->elf, f->path, "firmware.elf", why);
}

th_err th_export_loader(const th_board *board, const char *out, th_firmware *fw, th_why *why)
{
    th_code code;
    th_folder f;
    memset(fw, 0, sizeof *fw);
    if (!board->serial)
        return th_why_set(why, TH_EUNSUP,
                          "no serial line is known of the board %s: there is no firmware that takes models for it",
                          board->name);
    TH_TRY(th_firmware_tools(board, why));
    th_err err = th_code_make_loader(board->isa, &code, why);
    if (!err) err = th_folder_begin(out, &f, why);
    if (!err) {
        err = build_into(&f, &code, board, fw, why);
        if (err) th_folder_abort(&f);
    }
    th_code_free(&code);
    return err;
}

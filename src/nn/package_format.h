/* nn/package_format.h -- the bytes of a model package, .thm; docs/formats.md draws them.
 *
 * Everything is little-endian; every place is counted in bytes from the start of the package, 0 meaning none.
 * What a device needs comes first, run_bytes of it; behind that stands the model for programs on a computer. */
#ifndef TH_NN_PACKAGE_FORMAT_H
#define TH_NN_PACKAGE_FORMAT_H

#define TH_THM_MAGIC   "THMB"
#define TH_THM_VERSION 1
#define TH_THM_ALIGN   16u
#define TH_THM_NONE    0xffffu /* a tensor that is absent */
#define TH_THM_TEXT    16u     /* bytes of isa and made_by, ended by a NUL */
#define TH_THM_MOST    1024u   /* inputs and outputs; kernels */
#define TH_THM_DEPTH   64u     /* most blocks inside one another */

/* The header: */
enum {
    TH_THM_AT_MAGIC = 0,
    TH_THM_AT_CRC = 4,       /* u32: CRC-32C of what follows, up to run_bytes */
    TH_THM_AT_VERSION = 8,   /* u16 */
    TH_THM_AT_HEADER = 10,   /* u16: its length */
    TH_THM_AT_RUN = 12,      /* u32: run_bytes */
    TH_THM_AT_FILE = 16,     /* u32: bytes of the whole file */
    TH_THM_AT_HOST_CRC = 20, /* u32: of what stands behind run_bytes */
    TH_THM_AT_ARENA = 24,    /* u32: bytes */
    TH_THM_AT_DEPTH = 28,    /* u16: blocks inside one another */
    TH_THM_AT_ONCE = 30,     /* u16: number of flags */
    TH_THM_AT_ISA = 32,      /* text */
    TH_THM_AT_MADE_BY = 48,  /* text */
    TH_THM_AT_TENSORS = 64,  /* u32 place, u32 number; so the next ones */
    TH_THM_AT_STEPS = 72,
    TH_THM_AT_BLOCKS = 80,
    TH_THM_AT_KERNELS = 88,
    TH_THM_AT_IO = 96,
    TH_THM_AT_META = 104,       /* number: of bytes */
    TH_THM_AT_INPUTS = 112,     /* u16: how many of the io entries are inputs */
    TH_THM_AT_BANDED = 114,     /* u16: 1 when operators run in row bands; only computers look at it */
    TH_THM_AT_GRAPH_RUNS = 116, /* u32: how often control steps may run a graph in one invoke */
    TH_THM_AT_ZEROS = 120,      /* 8 bytes */
    TH_THM_HEADER = 128
};

/* A tensor: u32 place, u32 bytes.  Bits of the place: */
#define TH_THM_TENSOR         8u
#define TH_THM_PLACE_CONSTANT 0x80000000u /* in the package; else in the arena */
#define TH_THM_PLACE_ALIGN    28          /* 3 bits: logarithm of the alignment */
#define TH_THM_PLACE_BYTE     0x0fffffffu

/* A block, steps that are run one after the other: u32 first step, u16 number of steps, u16 depth.  Depth is larger
 * than that of every block that runs it, so that nothing can run itself. */
#define TH_THM_BLOCK 8u
enum { TH_THM_BLOCK_RUN = 0, TH_THM_BLOCK_RESET = 1 };

/* A kernel that is needed: u16 number, u16 zero, u32 place of its name. */
#define TH_THM_KERNEL 8u

/* A step: */
enum {
    TH_THM_STEP_CONTROL = 0,   /* u16 */
    TH_THM_STEP_KERNEL = 2,    /* u16: number (nn/kernels.h); FILL: the byte */
    TH_THM_STEP_IN = 4,        /* u16: number of inputs */
    TH_THM_STEP_OUT = 6,       /* u16: of outputs */
    TH_THM_STEP_SCRATCH = 8,   /* u16: tensor */
    TH_THM_STEP_A = 10,        /* u16: block */
    TH_THM_STEP_B = 12,        /* u16: block; ONCE: flag */
    TH_THM_STEP_FIELDS = 14,   /* u16: number of fields */
    TH_THM_STEP_OPERANDS = 16, /* u32: place of u16 tensors, inputs first */
    TH_THM_STEP_LAYOUT = 20,   /* u32: place of the fields' kinds */
    TH_THM_STEP_VALUES = 24,   /* u32: place of their values, 4 bytes each, I64 8 */
    TH_THM_STEP_WORDS = 28,    /* u16: number of 4-byte words there */
    TH_THM_STEP_NODE = 30,     /* u16: the operator's number in its graph */
    TH_THM_STEP = 32
};
enum {
    TH_THM_NOTHING = 0,
    TH_THM_CALL_KERNEL = 1,
    TH_THM_COPY = 2,    /* input onto output */
    TH_THM_FILL = 3,    /* output with one byte */
    TH_THM_BLOCK_A = 4, /* runs block A */
    TH_THM_GRAPH = 5,   /* the same, and counts as the run of a graph */
    TH_THM_ONCE = 6,    /* as GRAPH, unless flag B is set; sets it */
    TH_THM_IF = 7,      /* the input's byte is not 0: A, else B */
    TH_THM_WHILE = 8,   /* A; while the input's byte is not 0 then: B, A */
    TH_THM_CONTROLS
};

/* A field: u8 kind (th_field_kind), u8 zero, u16 argument.  _FIXED: how many; _ARRAY: the word among the values that
 * holds the length.  The value of an _ARRAY is its place, 0 for NULL. */
#define TH_THM_FIELD 4u

/* An input or output: */
enum {
    TH_THM_IO_TENSOR = 0,  /* u16 */
    TH_THM_IO_TYPE = 2,    /* u16: th_type */
    TH_THM_IO_NAME = 4,    /* u32: place of the text */
    TH_THM_IO_RANK = 8,    /* u32 */
    TH_THM_IO_DIMS = 12,   /* i32[8] */
    TH_THM_IO_SCALES = 44, /* u32: number of scales; 0: not quantised */
    TH_THM_IO_SCALE = 48,  /* f32: the first one */
    TH_THM_IO_ZERO = 52,   /* i32: the first one */
    TH_THM_IO_PAD = 56,    /* 8 bytes */
    TH_THM_IO = 64
};

/* Behind run_bytes: u32 number of pieces, u32 bytes of the model file, then pieces {u32 place, u32 bytes}: one after
 * the other they are the .tflite file. */
#define TH_THM_PIECE 8u

#endif

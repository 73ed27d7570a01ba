/* fmt/tflite_schema.h -- numbers of the TensorFlow Lite model format, schema version 3.
 *
 *   Model -> SubGraph[] -> Tensor[], Operator[] -> options
 *     |                      |          '-> OperatorCode (by opcode_index)
 *     '-> Buffer[]  <--------'  (by number; 0 is the empty one)
 *
 * Field ids are the places of the fields in their tables; a union takes two, its type and its value.
 * Facts from the TFLite schema, tensorflow/compiler/mlir/lite/schema/schema.fbs. */
#ifndef TH_FMT_TFLITE_SCHEMA_H
#define TH_FMT_TFLITE_SCHEMA_H

#define TH_TFL_IDENTIFIER "TFL3"
#define TH_TFL_VERSION    3

enum { /* Model */
       TH_TFL_MODEL_VERSION = 0,
       TH_TFL_MODEL_OPERATOR_CODES = 1,
       TH_TFL_MODEL_SUBGRAPHS = 2,
       TH_TFL_MODEL_DESCRIPTION = 3,
       TH_TFL_MODEL_BUFFERS = 4,
       TH_TFL_MODEL_METADATA = 6,
       TH_TFL_MODEL_SIGNATURES = 7
};

enum { /* SignatureDef, and the TensorMap in it */
       TH_TFL_SIGNATURE_INPUTS = 0,
       TH_TFL_SIGNATURE_OUTPUTS = 1,
       TH_TFL_SIGNATURE_KEY = 2,
       TH_TFL_SIGNATURE_GRAPH = 4,
       TH_TFL_MAP_NAME = 0,
       TH_TFL_MAP_TENSOR = 1
};

/* Metadata of the reference's offline planner: int32 version, graph, number of tensors, then an offset for each. */
#define TH_TFL_OFFLINE_METADATA     "OfflineMemoryAllocation"
#define TH_TFL_COMPRESSION_METADATA "COMPRESSION_METADATA"

enum { /* OperatorCode: the greater of the two codes counts; the 8-bit one is older */
       TH_TFL_OPCODE_OLD_BUILTIN = 0,
       TH_TFL_OPCODE_CUSTOM = 1,
       TH_TFL_OPCODE_VERSION = 2,
       TH_TFL_OPCODE_BUILTIN = 3,
       TH_TFL_OPCODE_OLD_MAX = 127,
       TH_TFL_BUILTIN_CUSTOM = 32 /* the operator is named by TH_TFL_OPCODE_CUSTOM */
};

enum { /* SubGraph */
       TH_TFL_GRAPH_TENSORS = 0,
       TH_TFL_GRAPH_INPUTS = 1,
       TH_TFL_GRAPH_OUTPUTS = 2,
       TH_TFL_GRAPH_OPERATORS = 3,
       TH_TFL_GRAPH_NAME = 4
};

enum { /* Tensor */
       TH_TFL_TENSOR_SHAPE = 0,
       TH_TFL_TENSOR_TYPE = 1,
       TH_TFL_TENSOR_BUFFER = 2,
       TH_TFL_TENSOR_NAME = 3,
       TH_TFL_TENSOR_QUANTIZATION = 4,
       TH_TFL_TENSOR_IS_VARIABLE = 5,
       TH_TFL_TENSOR_SPARSITY = 6,
       TH_TFL_TENSOR_SHAPE_SIGNATURE = 7,
       TH_TFL_TENSOR_HAS_RANK = 8,
       TH_TFL_TENSOR_VARIANT = 9,
       TH_TFL_TENSOR_EXTERNAL = 10
};

enum { /* QuantizationParameters */
       TH_TFL_QUANT_MIN = 0,
       TH_TFL_QUANT_MAX = 1,
       TH_TFL_QUANT_SCALE = 2,
       TH_TFL_QUANT_ZERO_POINT = 3,
       TH_TFL_QUANT_DETAILS_TYPE = 4,
       TH_TFL_QUANT_DIMENSION = 6
};

enum { /* Operator */
       TH_TFL_OP_CODE_INDEX = 0,
       TH_TFL_OP_INPUTS = 1,
       TH_TFL_OP_OUTPUTS = 2,
       TH_TFL_OP_OPTIONS_TYPE = 3,
       TH_TFL_OP_OPTIONS = 4,
       TH_TFL_OP_CUSTOM_OPTIONS = 5,
       TH_TFL_OP_INTERMEDIATES = 8,
       TH_TFL_OP_LARGE_OFFSET = 9, /* custom options behind the FlatBuffer, as with buffers */
       TH_TFL_OP_LARGE_SIZE = 10
};

enum { /* Buffer: bytes inside the FlatBuffer, or behind it at offset (from the start of the file) */
       TH_TFL_BUFFER_DATA = 0,
       TH_TFL_BUFFER_OFFSET = 1,
       TH_TFL_BUFFER_SIZE = 2
};

enum { /* Metadata */
       TH_TFL_METADATA_NAME = 0,
       TH_TFL_METADATA_BUFFER = 1
};

enum { /* BuiltinOptions: which table Operator.options is */
       TH_TFL_OPTIONS_NONE = 0,
       TH_TFL_OPTIONS_CONV_2D = 1,
       TH_TFL_OPTIONS_DEPTHWISE_CONV_2D = 2,
       TH_TFL_OPTIONS_POOL_2D = 5,
       TH_TFL_OPTIONS_SVDF = 6,
       TH_TFL_OPTIONS_FULLY_CONNECTED = 8,
       TH_TFL_OPTIONS_SOFTMAX = 9,
       TH_TFL_OPTIONS_CONCATENATION = 10,
       TH_TFL_OPTIONS_ADD = 11,
       TH_TFL_OPTIONS_L2_NORM = 12,
       TH_TFL_OPTIONS_LSTM = 14,
       TH_TFL_OPTIONS_RESIZE_BILINEAR = 15,
       TH_TFL_OPTIONS_RESHAPE = 17,
       TH_TFL_OPTIONS_SPACE_TO_DEPTH = 19,
       TH_TFL_OPTIONS_MUL = 21,
       TH_TFL_OPTIONS_GATHER = 23,
       TH_TFL_OPTIONS_REDUCER = 27,
       TH_TFL_OPTIONS_SUB = 28,
       TH_TFL_OPTIONS_DIV = 29,
       TH_TFL_OPTIONS_SQUEEZE = 30,
       TH_TFL_OPTIONS_STRIDED_SLICE = 32,
       TH_TFL_OPTIONS_SPLIT = 35,
       TH_TFL_OPTIONS_CAST = 37,
       TH_TFL_OPTIONS_ARG_MAX = 40,
       TH_TFL_OPTIONS_TRANSPOSE_CONV = 49,
       TH_TFL_OPTIONS_SHAPE = 55,
       TH_TFL_OPTIONS_ARG_MIN = 57,
       TH_TFL_OPTIONS_PACK = 59,
       TH_TFL_OPTIONS_UNPACK = 64,
       TH_TFL_OPTIONS_SEQUENCE_LSTM = 71,
       TH_TFL_OPTIONS_RESIZE_NEAREST = 74,
       TH_TFL_OPTIONS_LEAKY_RELU = 75,
       TH_TFL_OPTIONS_MIRROR_PAD = 77,
       TH_TFL_OPTIONS_SPLIT_V = 79,
       TH_TFL_OPTIONS_REVERSE_SEQUENCE = 87,
       TH_TFL_OPTIONS_IF = 92,
       TH_TFL_OPTIONS_WHILE = 93,
       TH_TFL_OPTIONS_DEPTH_TO_SPACE = 94,
       TH_TFL_OPTIONS_BATCH_MATMUL = 101,
       TH_TFL_OPTIONS_CUMSUM = 102,
       TH_TFL_OPTIONS_CALL_ONCE = 103,
       TH_TFL_OPTIONS_VAR_HANDLE = 111,
       TH_TFL_OPTIONS_GELU = 116
};

/* The fields of those tables stand in model/tflite_ops.c, the only place that needs them. */

#endif

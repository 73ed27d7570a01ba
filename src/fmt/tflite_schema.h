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
    TH_TFL_MODEL_METADATA = 6
};

enum { /* OperatorCode: the greater of the two codes counts; the 8-bit one is older */
    TH_TFL_OPCODE_OLD_BUILTIN = 0,
    TH_TFL_OPCODE_CUSTOM = 1,
    TH_TFL_OPCODE_VERSION = 2,
    TH_TFL_OPCODE_BUILTIN = 3,
    TH_TFL_OPCODE_OLD_MAX = 127
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
    TH_TFL_TENSOR_VARIANT = 9,
    TH_TFL_TENSOR_EXTERNAL = 10
};

enum { /* QuantizationParameters */
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
    TH_TFL_OP_OPTIONS = 4
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
    TH_TFL_OPTIONS_FULLY_CONNECTED = 8,
    TH_TFL_OPTIONS_SOFTMAX = 9,
    TH_TFL_OPTIONS_ADD = 11,
    TH_TFL_OPTIONS_RESHAPE = 17
};

enum { /* Conv2DOptions */
    TH_TFL_CONV_PADDING = 0,
    TH_TFL_CONV_STRIDE_W = 1,
    TH_TFL_CONV_STRIDE_H = 2,
    TH_TFL_CONV_ACTIVATION = 3,
    TH_TFL_CONV_DILATION_W = 4,
    TH_TFL_CONV_DILATION_H = 5
};

enum { /* DepthwiseConv2DOptions */
    TH_TFL_DEPTHWISE_PADDING = 0,
    TH_TFL_DEPTHWISE_STRIDE_W = 1,
    TH_TFL_DEPTHWISE_STRIDE_H = 2,
    TH_TFL_DEPTHWISE_MULTIPLIER = 3,
    TH_TFL_DEPTHWISE_ACTIVATION = 4,
    TH_TFL_DEPTHWISE_DILATION_W = 5,
    TH_TFL_DEPTHWISE_DILATION_H = 6
};

enum { /* Pool2DOptions */
    TH_TFL_POOL_PADDING = 0,
    TH_TFL_POOL_STRIDE_W = 1,
    TH_TFL_POOL_STRIDE_H = 2,
    TH_TFL_POOL_FILTER_W = 3,
    TH_TFL_POOL_FILTER_H = 4,
    TH_TFL_POOL_ACTIVATION = 5
};

enum { /* FullyConnectedOptions */
    TH_TFL_DENSE_ACTIVATION = 0,
    TH_TFL_DENSE_WEIGHTS_FORMAT = 1,
    TH_TFL_DENSE_KEEP_NUM_DIMS = 2
};

enum { /* SoftmaxOptions */
    TH_TFL_SOFTMAX_BETA = 0
};

enum { /* AddOptions */
    TH_TFL_ADD_ACTIVATION = 0
};

enum { /* ReshapeOptions */
    TH_TFL_RESHAPE_NEW_SHAPE = 0
};

#endif

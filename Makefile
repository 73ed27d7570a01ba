# Build, test and measure everything.   make help   lists the commands.
#
#   make            build/thimble                   (MODE=debug|asan|cov|fuzz: build/MODE/thimble)
#   make check      build and run every test, the fuzz corpora and the layer gate
#
# All sources are found by pattern: adding src/<layer>/<file>.c or
# tests/<layer>/test_<file>.c needs no change here.

MODE   ?= release
B      := build/$(MODE)
CC     ?= cc

STD    := -std=c11 -D_POSIX_C_SOURCE=200809L
WARN   := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion \
          -Wdouble-promotion -Wcast-qual -Wcast-align -Wwrite-strings -Wundef \
          -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wformat=2 -Wpointer-arith \
          -Wswitch-enum -Wimplicit-fallthrough $(WERROR)
SAN    := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer

OPT.release := -O3 -g
OPT.debug   := -O0 -g3
OPT.asan    := -O1 -g $(SAN)
OPT.cov     := -O0 -g --coverage
OPT.fuzz    := -O1 -g $(SAN) -fsanitize=fuzzer-no-link
ifeq ($(MODE),fuzz)
CC := clang
endif

PKGS   := sndfile samplerate jansson inih
VERSION := 0.1.0
CFLAGS := $(STD) $(WARN) $(OPT.$(MODE)) -ffp-contract=off -Isrc -I$(B) -DTH_VERSION='"$(VERSION)"' \
          $(shell pkg-config --cflags $(PKGS) 2>/dev/null) -MMD -MP $(EXTRA)
LDLIBS := $(shell pkg-config --libs $(PKGS) 2>/dev/null) -lm -lpthread

LIB_SRC   := $(filter-out src/cli/%,$(wildcard src/*/*.c src/*/*/*.c))
CLI_SRC   := $(wildcard src/cli/*.c)
TEST_SRC  := $(wildcard tests/*/test_*.c)
FUZZ_SRC  := $(wildcard fuzz/fuzz_*.c)
BENCH_SRC := $(wildcard bench/bench_*.c)
LIB   := $(B)/libthimble.a
obj    = $(patsubst %.c,$(B)/%.o,$(1))
exe    = $(patsubst %.c,$(B)/%,$(1))

## Build the command-line tool (default)
.PHONY: all
all: build/thimble

build/thimble: build/release/thimble
	cp $< $@

$(B)/thimble: $(call obj,$(CLI_SRC)) $(LIB)
	$(CC) $(CFLAGS) -o $@ $^ $(LDLIBS)
$(LIB): $(call obj,$(LIB_SRC))
	@rm -f $@
	$(AR) crs $@ $^
$(B)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -c -o $@ $<
$(B)/tests/%: $(B)/tests/%.o $(LIB)
	$(CC) $(CFLAGS) -o $@ $^ $(LDLIBS) -lcmocka
$(B)/bench/%: $(B)/bench/%.o $(LIB)
	$(CC) $(CFLAGS) -o $@ $^ $(LDLIBS)
ifeq ($(MODE),fuzz)
$(B)/fuzz/%: $(B)/fuzz/%.o $(LIB)
	$(CC) $(CFLAGS) -fsanitize=fuzzer -o $@ $^ $(LDLIBS)
else   # without libFuzzer the same target replays its corpus
$(B)/fuzz/%: $(B)/fuzz/%.o $(B)/tools/replay.o $(LIB)
	$(CC) $(CFLAGS) -o $@ $^ $(LDLIBS)
endif
.SECONDARY:

## Build and run every test, replay the fuzz corpora, check the layers
.PHONY: check
check: layers $(call exe,$(TEST_SRC)) $(call exe,$(FUZZ_SRC))
	@tools/run-tests.sh $(B) $(TESTS)

## Check that no layer includes one it must not (tools/layers.txt)
.PHONY: layers
layers:
	@tools/check-layers.sh

## Check that the portable ring needs only memcpy & co. and libm
.PHONY: portable
portable: $(LIB)
	@tools/check-portable.sh $(B)

## Cross-compile the portable ring for a Cortex-M4 and print its size
.PHONY: mcu
mcu:
	@$(MAKE) --no-print-directory MODE=mcu CC=arm-none-eabi-gcc AR=arm-none-eabi-ar \
	  OPT.mcu="-Os -mcpu=cortex-m4 -mthumb -mfpu=fpv4-sp-d16 -mfloat-abi=hard -ffunction-sections -fstack-usage" \
	  LIB_SRC="$(wildcard src/base/*.c src/dsp/*.c src/fmt/*.c src/nn/*.c)" build/mcu/libthimble.a
	@arm-none-eabi-size -t build/mcu/libthimble.a

## Run the benchmarks, one CSV line each
.PHONY: bench
bench: $(call exe,$(BENCH_SRC))
	@for b in $^; do $$b; done

## Format sources in place
.PHONY: format
format:
	clang-format -i $(shell git ls-files '*.c' '*.h')

## Show this list
.PHONY: help
help:
	@awk '/^## /{h=substr($$0,4); getline; getline; sub(/:.*/,""); printf "  make %-10s %s\n",$$0,h}' Makefile

.PHONY: clean
clean:
	rm -rf build

-include $(shell find build -name '*.d' 2>/dev/null)

# Build, test and measure everything.   make help   lists the commands.
#
#   make            build/thimble                   (MODE=debug|o2|asan|cov|fuzz: build/MODE/thimble)
#   make check      build and run every test, the fuzz corpora and the layer gate
#   make V=1        shows the whole compile lines
#   make CROSS=aarch64-linux-gnu    the whole program for a 64-bit Raspberry Pi: build/aarch64-linux-gnu/thimble
#
# All sources are found by pattern: adding src/<layer>/<file>.c or
# tests/<layer>/test_<file>.c needs no change here.

MODE   ?= release
CROSS  ?=
B      := build/$(if $(CROSS),$(CROSS)$(if $(filter-out release,$(MODE)),-$(MODE)),$(MODE))
CC     ?= cc
export PKG_CONFIG ?= pkg-config
ifneq ($(CROSS),)
CC         := $(CROSS)-gcc
AR         := $(CROSS)-ar
PKG_CONFIG := $(CROSS)-pkg-config
endif
PREFIX ?= /usr/local

# As many jobs as processors, unless the caller says -j.
ifeq ($(MAKELEVEL),0)
MAKEFLAGS += -j$(shell nproc 2>/dev/null || echo 1)
endif

STD    := -std=c11 -D_POSIX_C_SOURCE=200809L
WARN   := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion \
          -Wdouble-promotion -Wcast-qual -Wcast-align -Wwrite-strings -Wundef \
          -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wformat=2 -Wpointer-arith \
          -Wswitch-enum -Wimplicit-fallthrough $(WERROR)
SAN    := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer

OPT.release := -O3 -g
OPT.o2      := -O2 -g
OPT.debug   := -O0 -g3
OPT.asan    := -O1 -g $(SAN)
OPT.cov     := -O0 -g --coverage
OPT.fuzz    := -O1 -g $(SAN) -fsanitize=fuzzer-no-link
ifeq ($(MODE),fuzz)
CC := clang
endif

PKGS    := sndfile samplerate jansson inih sqlite3 libpq libpng libjpeg zlib libsodium libarchive libcbor alsa libmicrohttpd gnutls libqrencode md4c libxml-2.0
VERSION := 0.1.0
CFLAGS  := $(STD) $(WARN) $(OPT.$(MODE)) -ffp-contract=off -Isrc -I$(B) -DTH_VERSION='"$(VERSION)"' \
           $(if $(PKGS),$(shell $(PKG_CONFIG) --cflags $(PKGS) 2>/dev/null)) -MMD -MP $(EXTRA)
LDLIBS  := $(shell $(PKG_CONFIG) --libs $(PKGS) 2>/dev/null) -lm -lpthread

RING_SRC  := $(wildcard src/base/*.c src/dsp/*.c src/fmt/*.c src/nn/*.c src/nn/*/*.c)
LIB_SRC   := $(filter-out src/cli/%,$(wildcard src/*/*.c src/*/*/*.c))
CLI_SRC   := $(wildcard src/cli/*.c)
TEST_SRC  := $(wildcard tests/*/test_*.c)
FUZZ_SRC  := $(wildcard fuzz/fuzz_*.c)
BENCH_SRC := $(wildcard bench/bench_*.c)
# The courses: held inside the program with all that belongs to them (docs/courses.md).
COURSE_SRC := $(shell find courses -type f ! -name '.*' ! -name '*~' 2>/dev/null | LC_ALL=C sort)
# What `thimble deploy` writes out again, and what `thimble bench` compares with: held inside the program as C arrays.
EMBED_SRC := $(sort $(wildcard src/base/*.[ch] src/dsp/*.[ch] src/nn/*.[ch] src/nn/*/*.[ch] device/*.* device/*/*) bench/baseline.tsv src/serve/openapi.json LICENSE)
# What the explorables of the courses compute, as WebAssembly (docs/explorables.md); without its compiler there is none.
ENGINE_SRC := $(shell cat web/engine/files.txt)
ENGINE_OBJ := $(if $(filter ready,$(shell tools/engine.sh state)),$(patsubst %.c,build/engine/%.o,$(ENGINE_SRC)))
WEB_SRC   := $(wildcard web/*.mjs web/*.json web/src/*.* web/src/*/*.* web/src/*/*/*.*)
LIB   := $(B)/libthimble.a
obj    = $(patsubst %.c,$(B)/%.o,$(1))
exe    = $(patsubst %.c,$(B)/%,$(1))

# A compile line is short unless V=1:  $(call run,CC,command)
run    = $(if $(V),,@printf '  %-4s %s\n' $(1) $@;) $(2)

## Build the command-line tool, build/thimble (this is the default)
.PHONY: all
all: $(if $(filter build/release,$(B)),build/thimble,$(B)/thimble)

build/thimble: build/release/thimble
	@install -m 755 $< $@

$(B)/thimble: $(call obj,$(CLI_SRC)) $(LIB)
	$(call run,LD,$(CC) $(CFLAGS) -o $@ $^ $(LDLIBS))
$(LIB): $(call obj,$(LIB_SRC)) $(if $(filter src/deploy/%,$(LIB_SRC)),$(B)/embed.o) $(if $(filter src/course/%,$(LIB_SRC)),$(B)/courses.o) $(if $(filter src/serve/%,$(LIB_SRC)),$(B)/web_files.o)
	@rm -f $@
	$(call run,AR,$(AR) crs $@ $^)
$(B)/embed.c: tools/embed.sh $(EMBED_SRC)
	@mkdir -p $(@D)
	@tools/embed.sh th_embed_table src/ $(EMBED_SRC) >$@.tmp && mv $@.tmp $@
# A file that is gone must leave the program, too: so the list of names is a file.
$(B)/courses.c: tools/embed.sh $(B)/courses.list $(COURSE_SRC)
	@tools/embed.sh th_course_table courses/ $(COURSE_SRC) >$@.tmp && mv $@.tmp $@
$(B)/courses.list: force
	@mkdir -p $(@D)
	@echo '$(COURSE_SRC)' | cmp -s - $@ || echo '$(COURSE_SRC)' >$@
$(B)/embed.o $(B)/courses.o: %.o: %.c
	$(call run,CC,$(CC) $(CFLAGS) -c -o $@ $<)
# The studio's pages: built once for all modes, and held inside the program too (docs/studio.md).
build/web_files.c: tools/web.sh build/web.state build/engine.wasm $(WEB_SRC)
	$(call run,WEB,tools/web.sh table $@)
build/web.state: force
	@mkdir -p $(@D)
	@tools/web.sh state | cmp -s - $@ || tools/web.sh state >$@
build/engine.state: force
	@mkdir -p $(@D)
	@tools/engine.sh state | cmp -s - $@ || tools/engine.sh state >$@
build/engine.wasm: tools/engine.sh build/engine.state $(ENGINE_OBJ) src/explore/explore.h web/engine/files.txt
	$(call run,WASM,tools/engine.sh link $@ $(ENGINE_OBJ))
build/engine/%.o: %.c web/engine/lists.h tools/engine.sh
	@mkdir -p $(@D)
	$(call run,WASM,tools/engine.sh compile $< $@)
$(B)/web_files.o: build/web_files.c
	@mkdir -p $(@D)
	$(call run,CC,$(CC) $(CFLAGS) -c -o $@ $<)
$(B)/%.o: %.c | need-libs
	@mkdir -p $(@D)
	$(call run,CC,$(CC) $(CFLAGS) -c -o $@ $<)
# Kernels of one instruction set each; which of them run is decided at run time.
ifneq ($(filter x86_64-%,$(shell $(CC) -dumpmachine 2>/dev/null)),)
$(B)/src/train/kernels_avx2.o: CFLAGS += -mavx2 -mfma
$(B)/src/train/kernels_avx512.o: CFLAGS += -mavx512f -mavx512vl -mavx512dq -mavx512bw -mfma
$(B)/src/nn/x86/vec_avx2.o: CFLAGS += -mavx2
$(B)/src/nn/x86/vec_vnni.o: CFLAGS += -mavx512f -mavx512vl -mavx512dq -mavx512bw -mavx512vnni
endif
ifneq ($(filter aarch64-%,$(shell $(CC) -dumpmachine 2>/dev/null)),)
$(B)/src/nn/arm64/vec_dot.o: CFLAGS += -march=armv8.2-a+dotprod
endif
# Under sanitizers most of the time of the tests goes here; what is checked is the same.
ifeq ($(MODE),asan)
$(B)/src/train/kernels%.o $(B)/src/check/%.o $(B)/src/dsp/%.o: CFLAGS += -O3
endif
# `thimble bench` says how the kernels that it times were compiled.
$(B)/src/cli/bench_print.o: CFLAGS += -DTH_OPT='"$(firstword $(OPT.$(MODE)))"'
# Runs are recorded with the code that made them; only this file is compiled again after a commit.
COMMIT := $(shell git describe --always --dirty --abbrev=12 --exclude='*' 2>/dev/null)
$(B)/src/cli/version.o: CFLAGS += -DTH_COMMIT='"$(COMMIT)"'
$(B)/src/cli/version.o: $(B)/commit
$(B)/commit: force
	@mkdir -p $(@D)
	@echo '$(COMMIT)' | cmp -s - $@ || echo '$(COMMIT)' >$@
.PHONY: force
force:
$(B)/tests/%.o: tests/%.c | need-cmocka
	@mkdir -p $(@D)
	$(call run,CC,$(CC) $(CFLAGS) -c -o $@ $<)
$(B)/tests/%: $(B)/tests/%.o $(LIB)
	$(call run,LD,$(CC) $(CFLAGS) -o $@ $^ $(LDLIBS) -lcmocka)
# tests/no_memory.h: requests for memory go there first.
$(B)/tests/%_no_memory: LDLIBS += -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc
$(B)/bench/%: $(B)/bench/%.o $(LIB)
	$(call run,LD,$(CC) $(CFLAGS) -o $@ $^ $(LDLIBS))
ifeq ($(MODE),fuzz)
$(B)/fuzz/%: $(B)/fuzz/%.o $(LIB)
	$(call run,LD,$(CC) $(CFLAGS) -fsanitize=fuzzer -o $@ $^ $(LDLIBS))
else   # without libFuzzer the same target replays its corpus
$(B)/fuzz/%: $(B)/fuzz/%.o $(B)/tools/replay.o $(LIB)
	$(call run,LD,$(CC) $(CFLAGS) -o $@ $^ $(LDLIBS))
endif
.SECONDARY:

# Tell what is missing before a compiler stumbles over it.
.PHONY: need-libs need-cmocka
need-libs:
	@tools/need.sh pkg-config $(PKGS)
need-cmocka:
	@tools/need.sh pkg-config cmocka

# Everything that can be compiled, for CI's look at warnings.
.PHONY: programs
programs: $(B)/thimble $(call exe,$(TEST_SRC)) $(call exe,$(FUZZ_SRC)) $(call exe,$(BENCH_SRC)) $(B)/tests/soak/soak

## Install the program under PREFIX (/usr/local); DESTDIR= goes in front
.PHONY: install
install: build/thimble
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/doc/thimble
	install -m 755 build/thimble $(DESTDIR)$(PREFIX)/bin/thimble
	install -m 644 README.md CHANGELOG.md LICENSE $(DESTDIR)$(PREFIX)/share/doc/thimble

## Remove what install put there
.PHONY: uninstall
uninstall:
	rm -f $(DESTDIR)$(PREFIX)/bin/thimble
	rm -rf $(DESTDIR)$(PREFIX)/share/doc/thimble

## Go the whole way once: data, training, int8, firmware, emulated board, report
.PHONY: demo
demo: build/thimble
	@tools/demo.sh

## Build the studio's pages of web/ into build/web (needs node and npm); `make` does it too where they are
.PHONY: web
web: build/web_files.c

## Check the studio's pages: types, messages of all languages, no text in code, no outside request, size
.PHONY: web-check
web-check:
	@tools/need.sh program node npm
	@tools/web.sh modules && node web/check.mjs

## Build and run every test, replay the fuzz corpora, check the layers (TESTS=part of a name)
.PHONY: check
check: layers $(B)/thimble $(call exe,$(TEST_SRC)) $(call exe,$(FUZZ_SRC))
	@tools/run-tests.sh $(B) $(TESTS)

## The same as check
.PHONY: test
test: check

## Write docs/conformance.md: operator x type, what it was compared with, and its size on a Cortex-M4
.PHONY: conformance
conformance: $(call exe,$(wildcard tests/nn/test_*.c tests/model/test_*.c) tests/deploy/test_device_ops.c)
	@command -v arm-none-eabi-gcc >/dev/null && $(MAKE) --no-print-directory mcu >/dev/null || true
	@tools/conformance.sh $(B) build/mcu >docs/conformance.md.tmp && mv docs/conformance.md.tmp docs/conformance.md
	@cat docs/conformance.md

## Run every model of ../shared on every emulated board (BOARDS="m3 rv32": on these; half an hour)
.PHONY: boards
boards: build/thimble
	@tools/boards.sh $(BOARDS)

## Write src/deploy/sizes_table.c again: bytes of each function on each core (needs the cross compilers; two minutes)
.PHONY: size-table
size-table:
	@tools/need.sh program arm-none-eabi-gcc riscv64-unknown-elf-gcc
	@tools/sizes.sh >src/deploy/sizes_table.c.tmp && mv src/deploy/sizes_table.c.tmp src/deploy/sizes_table.c

## Measure models on the emulated boards and here, and write docs/benchmarks.md again (ten minutes)
.PHONY: bench
bench:
	@$(MAKE) --no-print-directory MODE=o2 build/o2/thimble build/o2/bench/bench_features
	@tools/bench.sh

## Count the instructions of features on the emulated boards and write docs/features.md again (a quarter of an hour)
.PHONY: feature-costs
feature-costs:
	@tools/feature-costs.sh

## Compare two models on the emulated board with bench/baseline.tsv: no figure more than 1 % worse
.PHONY: bench-check
bench-check: $(B)/thimble
	@tools/bench-check.sh $(B)/thimble

## Write bench/baseline.tsv again: the figures that `thimble bench` compares with
.PHONY: baseline
baseline: build/thimble
	@tools/bench-check.sh build/thimble --save

## Measure the speed of training and of its examples, one CSV line each
.PHONY: bench-train
bench-train: $(call exe,bench/bench_train.c bench/bench_sampler.c)
	@for b in $^; do $$b || exit; done

## Train on the recordings of ../shared/data and test on people never seen (SEEDS="1 2 3"; an hour)
.PHONY: accuracy
accuracy: build/thimble
	@tools/accuracy.sh "$(or $(SEEDS),1 2 3)" "$(TASKS)" "$(FOLDS)"

## Check layout, likely mistakes in C and in scripts
.PHONY: lint
lint:
	@tools/lint.sh

## Fuzz every target for SECONDS_EACH=30 seconds (needs clang)
.PHONY: fuzz
fuzz:
	@tools/need.sh program clang
	@$(MAKE) --no-print-directory MODE=fuzz fuzz-targets
	@tools/fuzz.sh build/fuzz $(SECONDS_EACH)

# Only build them (MODE=fuzz: with libFuzzer).
.PHONY: fuzz-targets
fuzz-targets: $(call exe,$(FUZZ_SRC))

## Break things on purpose for hours: models of ../shared (MUTATIONS= RUNS= SEED=), then kill -9 for MINUTES=10
.PHONY: soak soak-models soak-kills soak-day soak-serve soak-asan
soak: soak-models soak-kills soak-day soak-serve soak-asan
soak-models:
	@$(MAKE) --no-print-directory MODE=asan build/asan/tests/soak/soak
	@nice build/asan/tests/soak/soak $(if $(MUTATIONS),-n $(MUTATIONS)) $(if $(RUNS),-r $(RUNS)) \
	  $(if $(SEED),-s $(SEED)) $${THIMBLE_SHARED:-../shared}/models/*.tflite
soak-kills: build/thimble | soak-models
	@tools/soak.sh $(MINUTES)
soak-day: build/thimble
	@tools/soak-day.sh $(HOURS)

# All tests under sanitizers, also those that are too slow for CI, and every page in every look.
soak-asan:
	@TEST_ALL=1 $(MAKE) --no-print-directory MODE=asan check
	@$(MAKE) --no-print-directory build/thimble
	@THIMBLE=$(CURDIR)/build/thimble TEST_ALL=1 sh tests/web/run.sh pages
	@THIMBLE=$(CURDIR)/build/thimble TEST_ALL=1 sh tests/web/run.sh newcomer

soak-serve:
	@$(MAKE) --no-print-directory MODE=asan build/asan/thimble
	@THIMBLE=$(CURDIR)/build/asan/thimble sh tests/web/run.sh fuzz $$(($(or $(MINUTES),10) * 60))

## Check that no layer includes one it must not (tools/layers.txt)
.PHONY: layers
layers:
	@tools/check-layers.sh

## Measure functions and files: no function over 60 lines, no file over 800
.PHONY: sizes
sizes:
	@tools/check-sizes.sh

## Check that the portable ring needs only memcpy & co. and square roots
.PHONY: portable
portable: $(LIB)
	@tools/check-portable.sh $(B)

## Check that the ring is C99, for this computer, ARM and AVR
.PHONY: ring-c99
ring-c99:
	@tools/check-ring.sh $(RING_SRC)

## Cross-compile the portable ring for a Cortex-M4, print its size, check what it needs
.PHONY: mcu
mcu:
	@tools/need.sh program arm-none-eabi-gcc
	@$(MAKE) --no-print-directory MODE=mcu CC=arm-none-eabi-gcc AR=arm-none-eabi-ar PKGS= \
	  OPT.mcu="-Os -mcpu=cortex-m4 -mthumb -mfpu=fpv4-sp-d16 -mfloat-abi=hard -ffunction-sections -fstack-usage" \
	  LIB_SRC="$(RING_SRC)" build/mcu/libthimble.a
	@arm-none-eabi-size -t build/mcu/libthimble.a
	@tools/check-portable.sh build/mcu arm-none-eabi-

## Run demo and tests on a fresh Debian in a folder (root; needs debootstrap)
.PHONY: fresh
fresh:
	@tools/fresh.sh

## Format sources in place
.PHONY: format
format:
	@tools/need.sh program clang-format
	clang-format -i $(shell git ls-files '*.c' '*.h')

## Show this list
.PHONY: help
help:
	@awk '/^## /{h=substr($$0,4); getline; getline; sub(/:.*/,""); printf "  make %-10s %s\n",$$0,h}' Makefile

## Build for a 64-bit Raspberry Pi and run the tests of its kernels, models and training in qemu (TESTS=, CPUS=)
.PHONY: cross
cross:
	@tools/cross.sh $(TESTS)

## Remove everything that was built
.PHONY: clean
clean:
	rm -rf build

-include $(shell find $(B) build/engine -name '*.d' 2>/dev/null)

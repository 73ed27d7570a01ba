#!/bin/sh
# bench-check.sh THIMBLE   (make bench-check)   Two models on the emulated nano33ble: exit code 1 when a count or a size is
# more than 1 % worse than bench/baseline.tsv.  bench-check.sh THIMBLE --save   (make baseline)   writes that file for seven.
thimble=$1 shared=${THIMBLE_SHARED:-../shared} baseline=bench/baseline.tsv
cd "$(dirname "$0")/.." || exit 1
if ! command -v arm-none-eabi-gcc >/dev/null || ! command -v qemu-system-arm >/dev/null; then
	echo "SKIP bench-check: arm-none-eabi-gcc or qemu-system-arm is not installed (./run setup --device)"
	exit 0
fi
if [ "${2-}" = --save ]; then
	set -- kws_ref_model vww_96_int8 pretrainedResnet_quant ad01_int8 person_detect micro_speech_quantized str_ww_ref_model
	option="--save $baseline"
else
	set -- kws_ref_model ad01_int8
	option=--check
fi
for name; do
	shift
	if [ -r "$shared/models/$name.tflite" ]; then
		set -- "$@" "$shared/models/$name.tflite"
	else
		echo "SKIP bench-check: there is no $shared/models/$name.tflite"
	fi
done
[ $# -eq 0 ] && exit 0
# shellcheck disable=SC2086  # an option and its file
exec "$thimble" bench "$@" --board nano33ble --baseline $baseline $option

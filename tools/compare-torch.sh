#!/bin/sh
# compare-torch.sh [--loaded] [BATCH [THREADS [NET..]]]   Training speed beside PyTorch's on this machine, samples a second:
# both programs take turns three times and the best of each counts.  --loaded: while busy loops load all processors;
# then the mean of all rounds counts.  Default: batch 32, 2 threads, all nets.  Skips where PyTorch is not there:
#   apt-get install python3-torch libopenblas0-pthread
# Ours needs build/thimble.  PYTHON names another Python; CORETYPE other kernels of OpenBLAS than SkylakeX.
cd "$(dirname "$0")/.." || exit 1
load=''
[ "${1-}" = --loaded ] && { load=yes; shift; }
batch=${1:-32} threads=${2:-2} seconds=${SECONDS_EACH:-1}
if [ $# -gt 2 ]; then shift 2; else
	set -- tiny-conv ds-cnn mobilenet-v1-0.25-96 resnet-8 autoencoder gesture sine
fi
python=${PYTHON:-/usr/bin/python3}
"$python" -c 'import torch' 2>/dev/null || { echo "SKIPPED: PyTorch is not here (apt-get install python3-torch)"; exit 0; }
[ -x build/thimble ] || { echo "compare-torch.sh: no build/thimble. Run: make"; exit 1; }
if ! ldconfig -p | grep -q openblas; then
	echo "compare-torch.sh: PyTorch has no OpenBLAS here, which would make it slow: apt-get install libopenblas0-pthread" >&2
	exit 1
fi
export OPENBLAS_CORETYPE="${CORETYPE:-SkylakeX}" OPENBLAS_NUM_THREADS="$threads"
hogs=''
if [ "$load" ]; then
	for _ in $(seq "$(nproc)"); do
		sh -c 'while :; do :; done' &
		hogs="$hogs $!"
	done
	# shellcheck disable=SC2086  # a list of process numbers
	trap 'kill $hogs' EXIT
fi
key=samples_per_s field=1
[ "$load" ] && key=mean_samples_per_s field=2

echo "net,batch,threads,ours samples/s,PyTorch samples/s,ratio,peak share"
for net; do
	for _ in 1 2 3; do
		build/thimble bench train --net "$net" --batch "$batch" --threads "$threads" --seconds "$seconds" --json |
			sed -n 's/.*"'$key'":\([0-9.e+]*\).*"peak_share":\([0-9.e+-]*\).*/ours \1 \2/p'
		"$python" tools/torch_peer.py "$net" "$batch" "$threads" "$seconds" 2>/dev/null |
			awk '{ print "torch", $'$field' }'
	done | awk -v net="$net" -v batch="$batch" -v threads="$threads" '
		$1 == "ours" && $2 + 0 > ours { ours = $2 + 0; share = $3 }
		$1 == "torch" && $2 + 0 > torch { torch = $2 + 0 }
		END { if (!ours || !torch) { print net ": not measured"; exit 1 }
			printf "%s,%d,%d,%.0f,%.0f,%.2f,%.2f\n", net, batch, threads, ours, torch, ours / torch, share }'
done | awk -F, '{ print } NF == 7 { sum += log($6); n++ } END { if (n) printf "geometric mean,,,,,%.2f,\n", exp(sum / n) }'

#!/bin/sh
# Process 1 of the enclave: an enclave has no network, only a socket to its parent (vsock).
set -eu
ip link set lo up
mkdir -m 700 "$ASSAY_HOME"
ln -sf /etc/assay/assay.toml "$ASSAY_HOME/assay.toml"
socat VSOCK-LISTEN:8402,reuseaddr,fork TCP:127.0.0.1:8402 &
# Without `site` (-S) nothing of the base image can be imported but Python's own library: what runs is what was measured.
exec python3 -P -S -m assay.apps.network.serve --port 8402

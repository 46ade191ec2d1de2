#!/usr/bin/env bash
# The disk of a confidential VM: `disk.sh ROOT IMAGE OUT`, with mkfs.erofs and veritysetup.
#
# ROOT is a root file system with systemd and the Python that IMAGE was built for; IMAGE is what `assay enclave build` wrote.
# OUT gets root.erofs, root.verity and cmdline: the kernel's command line, which pins every block of the disk by one hash.
set -euo pipefail
root="${1:?ROOT}" image="${2:?IMAGE}" out="${3:?OUT}"
here="$(cd "$(dirname "$0")" && pwd)"
uuid=00000000-0000-0000-0000-000000000000

tar --extract --file "$image/layer.tar" --directory "$root"
install -m 644 "$here/assay.service" "$root/etc/systemd/system/assay.service"
mkdir -p "$root/etc/systemd/system/multi-user.target.wants" "$out"
ln -sf ../assay.service "$root/etc/systemd/system/multi-user.target.wants/assay.service"

rm -f "$out/root.erofs" "$out/root.verity"
mkfs.erofs -T 0 -U "$uuid" --all-root "$out/root.erofs" "$root"
veritysetup format --salt=- --uuid="$uuid" --root-hash-file="$out/roothash" "$out/root.erofs" "$out/root.verity"

printf '%s' "root=/dev/mapper/root ro rootfstype=erofs roothash=$(cat "$out/roothash")" \
    " systemd.verity_root_data=/dev/vda systemd.verity_root_hash=/dev/vdb" \
    " systemd.verity_root_options=panic-on-corruption systemd.volatile=state console=ttyS0" > "$out/cmdline"

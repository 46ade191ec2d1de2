#!/usr/bin/env bash
# Boot the disk as a TDX guest: `launch.sh DISK`, on a host with QEMU 10.1 or newer, TDX enabled, and Intel's quote
# generation service listening on vsock port 4050.
#
# DISK is what vm/disk.sh wrote, with the guest's vmlinuz and initrd and OVMF.fd, a build for Intel TDX. The initrd has
# systemd-veritysetup and the drivers of virtio.
set -euo pipefail
cd "${1:?DISK}"
cpus=4 memory=8G

exec qemu-system-x86_64 -accel kvm -nographic -nodefaults -no-reboot -serial stdio \
    -cpu host -smp "$cpus" -m "$memory" \
    -machine q35,kernel-irqchip=split,hpet=off,confidential-guest-support=tdx0 \
    -object '{"qom-type":"tdx-guest","id":"tdx0","quote-generation-socket":{"type":"vsock","cid":"2","port":"4050"}}' \
    -bios OVMF.fd -kernel vmlinuz -initrd initrd -append "$(cat cmdline)" \
    -drive file=root.erofs,format=raw,if=virtio,readonly=on \
    -drive file=root.verity,format=raw,if=virtio,readonly=on \
    -nic user,model=virtio-net-pci,hostfwd=tcp:127.0.0.1:8402-:8402

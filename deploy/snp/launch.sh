#!/usr/bin/env bash
# Boot the disk as a SEV-SNP guest: `launch.sh DISK`, on a host with QEMU 9.1 or newer and SEV-SNP enabled.
#
# DISK is what vm/disk.sh wrote, with the guest's vmlinuz and initrd and OVMF.fd, a build for AMD SEV ("AmdSev") that
# checks the hashes of kernel, initrd and command line. The initrd has systemd-veritysetup and the drivers of virtio.
set -euo pipefail
cd "${1:?DISK}"
cpus=4 cpu=EPYC-v4 memory=8G

# Bit 16 of the policy allows SMT, bit 17 must be set, bit 19, debugging, is not.
exec qemu-system-x86_64 -enable-kvm -nographic -nodefaults -no-reboot -serial stdio \
    -cpu "$cpu" -smp "$cpus" -m "$memory" \
    -machine q35,confidential-guest-support=sev0,memory-backend=ram1 \
    -object "memory-backend-memfd,id=ram1,size=$memory,share=true,prealloc=false" \
    -object sev-snp-guest,id=sev0,cbitpos=51,reduced-phys-bits=1,policy=0x30000,kernel-hashes=on \
    -bios OVMF.fd -kernel vmlinuz -initrd initrd -append "$(cat cmdline)" \
    -drive file=root.erofs,format=raw,if=virtio,readonly=on \
    -drive file=root.verity,format=raw,if=virtio,readonly=on \
    -nic user,model=virtio-net-pci,hostfwd=tcp:127.0.0.1:8402-:8402

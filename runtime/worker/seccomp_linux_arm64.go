package worker

import "golang.org/x/sys/unix"

const auditArch = unix.AUDIT_ARCH_AARCH64

var otherCalls []uint32

var otherFileCalls = []uint32{unix.SYS_FSTATAT}

var archToolCalls = []uint32{unix.SYS_FSTATAT}

const archThreadFlags = 0

package worker

import "golang.org/x/sys/unix"

const auditArch = unix.AUDIT_ARCH_X86_64

var otherCalls = []uint32{unix.SYS_POLL}

var otherFileCalls = []uint32{
	unix.SYS_OPEN, unix.SYS_STAT, unix.SYS_LSTAT, unix.SYS_NEWFSTATAT, unix.SYS_ACCESS, unix.SYS_READLINK, unix.SYS_MKDIR, unix.SYS_UNLINK, unix.SYS_RMDIR,
}

var archToolCalls = []uint32{unix.SYS_NEWFSTATAT, unix.SYS_ARCH_PRCTL}

const archThreadFlags = unix.CLONE_SETTLS

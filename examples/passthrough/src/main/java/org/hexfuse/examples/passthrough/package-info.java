/**
 * A directory of the machine, mirrored: {@code passthrough:/directory}. It is made to be deployed, and to be built on:
 * {@link org.hexfuse.examples.passthrough.PassthroughNode} is a file whose operations can be overridden one by one, as go-fuse's
 * {@code LoopbackNode}; {@link org.hexfuse.examples.passthrough.PassthroughFile} is an open file.
 *
 * <p><b>Parameters of the address.</b>
 * <ul>
 * <li>{@code cache}: {@code auto}, kernels cache names and attributes for a second, and data until the file changes; {@code never}, they
 * cache nothing, for a directory that others change; {@code always}, everything for a day, for one that nobody else changes.
 * <li>{@code timeout}, {@code entry_timeout}, {@code attr_timeout}: how long names and attributes are cached, such as {@code 500ms}.
 * <li>{@code writeback}: kernels gather writes. Excludes backing files.
 * <li>{@code backing=off}: kernels don't read and write the files themselves, as they do by default where their version, the
 * privileges of this process and the stacking of filesystems allow it ({@code FUSE_PASSTHROUGH}). Why they don't is logged once.
 * <li>{@code submounts}: filesystems that are mounted below the directory are reached. Otherwise a mount point is EXDEV.
 * <li>{@code xattr=off}: no extended attributes, and no access control lists.
 * <li>{@code locks}: {@code local}, kept here for all kernels; {@code backing}, on the files themselves, where other programs see them;
 * {@code none}, kept by each kernel for itself.
 * <li>{@code direct}: O_DIRECT is passed through. Otherwise it only bypasses the page cache of the mount.
 * <li>{@code handles=off}: files are kept by descriptors and not by file handles.
 * <li>{@code descriptors}: the most descriptors for files that are not open, by default half of RLIMIT_NOFILE.
 * </ul>
 *
 * <p><b>Confinement.</b> Whatever a kernel sends, nothing outside the directory is reached. A file is reached from the directory it is
 * in by one name, {@code openat2(2)} with RESOLVE_BENEATH and RESOLVE_NO_SYMLINKS, never by a path; names with a slash, {@code .} and
 * {@code ..} are refused. Symbolic links are read and never followed. Only regular files and directories are opened, through
 * {@code /proc/self/fd}, after their type was looked at on the same descriptor. What was looked up stays the file it was, also when a
 * program of this machine moves it elsewhere meanwhile, even out of the directory, until kernels look its name up again.
 *
 * <p><b>Files.</b> A node is a file by device and inode number, so hard links are one node. It keeps a file handle
 * ({@code name_to_handle_at(2)}), which is ESTALE once the file is gone, also when its inode number is used again; a bounded number of
 * descriptors is cached. Where handles cannot be opened, for want of CAP_DAC_READ_SEARCH or of the filesystem's support, each file that a
 * kernel refers to keeps a descriptor; when these become few kernels are asked to forget what they don't use, and at worst lookups fail
 * with ENFILE. A file that is removed while it is used keeps a descriptor.
 *
 * <p><b>Users.</b> The kernel checks permissions ({@code default_permissions}). If this process is root what a user creates is the
 * user's: the thread takes the caller's user, group, known supplementary group and umask for that one system call, so the filesystem
 * below decides on owner, set-group-ID and default access control lists as for any program. Otherwise everything belongs to the user of
 * this process. Writes of users other than root clear set-user-ID and set-group-ID; through backing files root's do, too.
 *
 * <p><b>Threads.</b> Handlers are system calls and wait in native code, {@code Blocking.IN_NATIVE_CODE}. Locks of {@code locks=backing}
 * are waited for by polling, since a wait in the kernel could not be interrupted.
 *
 * <p><b>What it lacks.</b> {@code ioctl} (file attributes such as immutable), and {@code poll}. Large directories are streamed, but
 * the names that were read of an open directory are remembered until it is closed.
 *
 * <p>Needs {@code /proc}. Source: libfuse {@code example/passthrough_hp.cc}, virtiofsd {@code src/passthrough}, go-fuse
 * {@code fs/loopback.go}; {@code openat2(2)}, {@code open_by_handle_at(2)}, {@code credentials(7)}.
 */
package org.hexfuse.examples.passthrough;

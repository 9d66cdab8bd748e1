/*
 * The floor of a FUSE server: threads that read requests from /dev/fuse and write the replies of null:?missing=missing, with nothing
 * between. Each thread has a cloned descriptor, as those of the server have.
 *
 *   floor DIRECTORY THREADS
 *
 * Mounts on DIRECTORY as root and runs until it is unmounted. The numbers are the protocol's, of Linux's include/uapi/linux/fuse.h.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum { MAX_WRITE = 1 << 20, BUFFER = MAX_WRITE + 4096, FILE_NODE = 2, PAGES = MAX_WRITE / 4096, LONG = 3600 };
static const unsigned long long FILE_SIZE = 1ULL << 30;
static const char MISSING[] = "missing";

static char *zeros;
static int device;

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static void reply(int fd, unsigned long long unique, int error, const void *data, size_t size) {
    struct fuse_out_header header = {.len = sizeof header + size, .error = error, .unique = unique};
    struct iovec parts[] = {{&header, sizeof header}, {(void *) data, size}};
    // ENOENT is a request that was interrupted.
    if (writev(fd, parts, size == 0 ? 1 : 2) < 0 && errno != ENOENT && errno != ENODEV) {
        perror("writev");
    }
}

static void attributes(struct fuse_attr *attr, unsigned long long node) {
    memset(attr, 0, sizeof *attr);
    attr->ino = node;
    attr->mode = node == FUSE_ROOT_ID ? S_IFDIR | 0777 : S_IFREG | 0666;
    attr->nlink = 1;
    attr->size = node == FUSE_ROOT_ID ? 0 : FILE_SIZE;
    attr->blksize = 4096;
}

static void entry(struct fuse_entry_out *out, int valid) {
    memset(out, 0, sizeof *out);
    out->nodeid = FILE_NODE;
    out->entry_valid = valid;
    attributes(&out->attr, FILE_NODE);
}

static void init(int fd, const struct fuse_in_header *in, const struct fuse_init_in *offer) {
    struct fuse_init_out out = {.major = FUSE_KERNEL_VERSION, .minor = offer->minor < 36 ? offer->minor : 36};
    out.max_readahead = offer->max_readahead;
    out.flags = offer->flags & (FUSE_ASYNC_READ | FUSE_BIG_WRITES | FUSE_ASYNC_DIO | FUSE_PARALLEL_DIROPS | FUSE_MAX_PAGES);
    out.max_background = 64;
    out.congestion_threshold = 48;
    out.max_write = MAX_WRITE;
    out.time_gran = 1;
    out.max_pages = PAGES;
    reply(fd, in->unique, 0, &out, sizeof out);
}

static void handle(int fd, const struct fuse_in_header *in) {
    const void *arguments = in + 1;
    switch (in->opcode) {
    case FUSE_INIT:
        init(fd, in, arguments);
        break;
    case FUSE_LOOKUP: {
        struct fuse_entry_out out = {0};
        if (strncmp(arguments, MISSING, sizeof MISSING - 1) != 0) {
            entry(&out, 0);
        }
        reply(fd, in->unique, 0, &out, sizeof out);
        break;
    }
    case FUSE_GETATTR:
    case FUSE_SETATTR: {
        struct fuse_attr_out out = {0};
        attributes(&out.attr, in->nodeid);
        reply(fd, in->unique, 0, &out, sizeof out);
        break;
    }
    case FUSE_CREATE: {
        struct {
            struct fuse_entry_out entry;
            struct fuse_open_out open;
        } out = {0};
        entry(&out.entry, LONG);
        reply(fd, in->unique, 0, &out, sizeof out);
        break;
    }
    case FUSE_OPEN:
    case FUSE_OPENDIR: {
        struct fuse_open_out out = {0};
        reply(fd, in->unique, 0, &out, sizeof out);
        break;
    }
    case FUSE_READ: {
        const struct fuse_read_in *read = arguments;
        unsigned long long left = read->offset >= FILE_SIZE ? 0 : FILE_SIZE - read->offset;
        reply(fd, in->unique, 0, zeros, read->size < left ? read->size : left);
        break;
    }
    case FUSE_WRITE: {
        struct fuse_write_out out = {.size = ((const struct fuse_write_in *) arguments)->size};
        reply(fd, in->unique, 0, &out, sizeof out);
        break;
    }
    case FUSE_FORGET:
    case FUSE_BATCH_FORGET:
    case FUSE_INTERRUPT:
        break;
    case FUSE_FLUSH:
    case FUSE_RELEASE:
    case FUSE_RELEASEDIR:
    case FUSE_READDIR:
    case FUSE_UNLINK:
    case FUSE_DESTROY:
        reply(fd, in->unique, 0, NULL, 0);
        break;
    case FUSE_STATFS: {
        struct fuse_statfs_out out = {.st = {.bsize = 4096, .frsize = 4096, .namelen = 255}};
        reply(fd, in->unique, 0, &out, sizeof out);
        break;
    }
    default:
        reply(fd, in->unique, -ENOSYS, NULL, 0);
    }
}

static void *work(void *first) {
    int fd = device;
    if (first == NULL) {
        unsigned original = device;
        fd = open("/dev/fuse", O_RDWR | O_CLOEXEC);
        if (fd < 0 || ioctl(fd, FUSE_DEV_IOC_CLONE, &original) < 0) {
            fail("clone");
        }
    }
    char *buffer;
    if (posix_memalign((void **) &buffer, 4096, BUFFER) != 0) {
        fail("memory");
    }
    for (;;) {
        ssize_t size = read(fd, buffer, BUFFER);
        if (size < 0 && errno == ENODEV) {
            exit(0);
        } else if (size > 0) {
            handle(fd, (const struct fuse_in_header *) buffer);
        } else if (errno != EINTR && errno != EAGAIN && errno != ENOENT) {
            fail("read");
        }
    }
}

int main(int argc, char **argv) {
    if (argc != 3) {
        fprintf(stderr, "usage: floor DIRECTORY THREADS\n");
        return 2;
    }
    zeros = calloc(1, MAX_WRITE);
    device = open("/dev/fuse", O_RDWR | O_CLOEXEC);
    if (device < 0 || zeros == NULL) {
        fail("/dev/fuse");
    }
    char options[100];
    snprintf(options, sizeof options, "fd=%d,rootmode=40000,user_id=0,group_id=0", device);
    if (mount("floor", argv[1], "fuse", MS_NOSUID | MS_NODEV, options) < 0) {
        fail(argv[1]);
    }
    for (int i = 1; i < atoi(argv[2]); i++) {
        pthread_t thread;
        if (pthread_create(&thread, NULL, work, NULL) != 0) {
            fail("thread");
        }
    }
    work(&device);
}

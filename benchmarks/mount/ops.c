/*
 * Operations a second on a directory, from several processes at once.
 *
 *   ops DIRECTORY MODE PROCESSES SECONDS
 *
 * MODE: miss    stat() of names that are not there, each another one and never one of an earlier run
 *       stat    stat() of one name that is there
 *       fstat   fstat() of an open file
 *       create  open(O_CREAT), close(), unlink()
 *       read    pread() of 4 KiB at random offsets of a file of 64 MiB, O_DIRECT where that is allowed
 *       write   pwrite() of 4 KiB likewise
 *       read1m, write1m  the same with 1 MiB
 *       list    readdir() and fstatat() of a directory of 10,000 files
 * Prints one number.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { BLOCK = 4096, LARGE = 1 << 20, SIZE = 64 << 20, FILES = 10000 };

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}

static void check(int ok, const char *what) {
    if (!ok) {
        perror(what);
        _exit(1);
    }
}

static int open_data(const char *path) {
    int fd = open(path, O_RDWR | O_CREAT | O_DIRECT, 0644);
    if (fd < 0 && errno == EINVAL) {
        fd = open(path, O_RDWR | O_CREAT, 0644);
    }
    check(fd >= 0, path);
    return fd;
}

/* The file of a process, of SIZE bytes. */
static int filled(const char *path, void *block) {
    int fd = open_data(path);
    for (int i = 0; i < SIZE / LARGE; i++) {
        check(pwrite(fd, block, LARGE, (off_t) i * LARGE) == LARGE, "pwrite");
    }
    return fd;
}

/* Makes or removes the files of the directory that is listed. */
static void files(const char *directory, int there) {
    char path[5000];
    check(!there || mkdir(directory, 0755) == 0, directory);
    for (int i = 0; i < FILES; i++) {
        snprintf(path, sizeof path, "%s/file-%d", directory, i);
        if (there) {
            int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0644);
            check(fd >= 0, path);
            close(fd);
        } else {
            unlink(path);
        }
    }
    check(there || rmdir(directory) == 0, directory);
}

static void list(const char *directory) {
    struct stat st;
    int count = 0;
    DIR *dir = opendir(directory);
    check(dir != NULL, directory);
    for (struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
        check(fstatat(dirfd(dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0, entry->d_name);
        count++;
    }
    closedir(dir);
    check(count == FILES + 2, "readdir");
}

static double run(const char *mode, const char *directory, int process, double seconds) {
    char data[4096], path[4096];
    struct stat st;
    void *block;
    unsigned seed = 17 + process;
    int size = strstr(mode, "1m") != NULL ? LARGE : BLOCK;
    int needs_file = strcmp(mode, "miss") != 0 && strcmp(mode, "create") != 0 && strcmp(mode, "list") != 0;
    check(posix_memalign(&block, BLOCK, LARGE) == 0, "memory");
    memset(block, 7, LARGE);
    snprintf(data, sizeof data, "%s/data%d", directory, process);
    int file = needs_file ? filled(data, block) : -1;
    if (mode[0] == 'l') {
        snprintf(data, sizeof data, "%s/list%d", directory, process);
        files(data, 1);
    }
    /* A listing takes long enough to look at the clock. */
    int every = mode[0] == 'l' ? 0 : 15;
    long count = 0;
    double start = now();
    for (double end = start + seconds; (count & every) != 0 || now() < end; count++) {
        off_t offset = (off_t) (rand_r(&seed) % (SIZE / size)) * size;
        switch (mode[0]) {
        case 'm':
            snprintf(path, sizeof path, "%s/missing-%d-%ld", directory, (int) getpid(), count);
            check(stat(path, &st) < 0 && errno == ENOENT, "stat");
            break;
        case 's':
            check(stat(data, &st) == 0, "stat");
            break;
        case 'f':
            check(fstat(file, &st) == 0, "fstat");
            break;
        case 'c':
            snprintf(path, sizeof path, "%s/missing-file-%d", directory, process);
            int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0644);
            check(fd >= 0, "open");
            close(fd);
            check(unlink(path) == 0, "unlink");
            break;
        case 'l':
            list(data);
            break;
        case 'r':
            check(pread(file, block, size, offset) == size, "pread");
            break;
        default:
            check(pwrite(file, block, size, offset) == size, "pwrite");
        }
    }
    double rate = count / (now() - start);
    if (needs_file) {
        unlink(data);
    } else if (mode[0] == 'l') {
        files(data, 0);
    }
    return rate;
}

int main(int argc, char **argv) {
    if (argc != 5) {
        fprintf(stderr, "usage: ops DIRECTORY miss|stat|fstat|create|read|write|read1m|write1m|list PROCESSES SECONDS\n");
        return 2;
    }
    int processes = atoi(argv[3]);
    double seconds = atof(argv[4]);
    double *rates = mmap(NULL, processes * sizeof *rates, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    for (int i = 0; i < processes; i++) {
        if (fork() == 0) {
            rates[i] = run(argv[2], argv[1], i, seconds);
            _exit(0);
        }
    }
    int failed = 0;
    for (int i = 0, status; i < processes; i++) {
        wait(&status);
        failed |= status;
    }
    double total = 0;
    for (int i = 0; i < processes; i++) {
        total += rates[i];
    }
    printf("%.2f\n", total);
    return failed != 0;
}

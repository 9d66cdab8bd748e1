"""A filesystem in memory, of pyfuse3: python3 memory.py MOUNTPOINT."""
import errno
import os
import stat
import sys
import time

import pyfuse3
import trio


class Node:
    def __init__(self, mode):
        self.mode = mode
        self.data = bytearray()
        self.entries = {}
        self.target = b''
        self.xattrs = {}
        self.mtime = time.time_ns()
        self.nlink = 2 if stat.S_ISDIR(mode) else 1


class Memory(pyfuse3.Operations):
    def __init__(self):
        super().__init__()
        self.nodes = {pyfuse3.ROOT_INODE: Node(stat.S_IFDIR | 0o755)}
        self.next = pyfuse3.ROOT_INODE + 1

    def attributes(self, inode):
        node = self.nodes[inode]
        entry = pyfuse3.EntryAttributes()
        entry.st_ino = inode
        entry.st_mode = node.mode
        entry.st_nlink = node.nlink
        entry.st_size = len(node.target or node.data)
        entry.st_uid = os.getuid()
        entry.st_gid = os.getgid()
        entry.st_atime_ns = entry.st_mtime_ns = entry.st_ctime_ns = node.mtime
        return entry

    def find(self, parent, name):
        try:
            return self.nodes[parent].entries[name]
        except KeyError:
            raise pyfuse3.FUSEError(errno.ENOENT) from None

    def add(self, parent, name, node):
        if name in self.nodes[parent].entries:
            raise pyfuse3.FUSEError(errno.EEXIST)
        inode = self.next
        self.next += 1
        self.nodes[inode] = node
        self.nodes[parent].entries[name] = inode
        return self.attributes(inode)

    async def lookup(self, parent, name, ctx=None):
        return self.attributes(self.find(parent, name))

    async def getattr(self, inode, ctx=None):
        return self.attributes(inode)

    async def setattr(self, inode, attr, fields, fh, ctx):
        node = self.nodes[inode]
        if fields.update_size:
            size = attr.st_size
            node.data = node.data[:size].ljust(size, b'\0')
        if fields.update_mode:
            node.mode = attr.st_mode
        if fields.update_mtime:
            node.mtime = attr.st_mtime_ns
        return self.attributes(inode)

    async def mkdir(self, parent, name, mode, ctx):
        return self.add(parent, name, Node(stat.S_IFDIR | mode))

    async def symlink(self, parent, name, target, ctx):
        node = Node(stat.S_IFLNK | 0o777)
        node.target = target
        return self.add(parent, name, node)

    async def readlink(self, inode, ctx):
        return self.nodes[inode].target

    async def create(self, parent, name, mode, flags, ctx):
        attributes = self.add(parent, name, Node(stat.S_IFREG | mode))
        return pyfuse3.FileInfo(fh=attributes.st_ino), attributes

    async def open(self, inode, flags, ctx):
        return pyfuse3.FileInfo(fh=inode)

    async def read(self, fh, offset, size):
        return bytes(self.nodes[fh].data[offset:offset + size])

    async def write(self, fh, offset, data):
        node = self.nodes[fh]
        if len(node.data) < offset:
            node.data.extend(bytes(offset - len(node.data)))
        node.data[offset:offset + len(data)] = data
        return len(data)

    async def unlink(self, parent, name, ctx):
        del self.nodes[parent].entries[name]

    async def rmdir(self, parent, name, ctx):
        if self.nodes[self.find(parent, name)].entries:
            raise pyfuse3.FUSEError(errno.ENOTEMPTY)
        del self.nodes[parent].entries[name]

    async def rename(self, parent, name, new_parent, new_name, flags, ctx):
        inode = self.find(parent, name)
        del self.nodes[parent].entries[name]
        self.nodes[new_parent].entries[new_name] = inode

    async def opendir(self, inode, ctx):
        return inode

    async def readdir(self, fh, start, token):
        for number, (name, inode) in enumerate(list(self.nodes[fh].entries.items())[start:], start + 1):
            if not pyfuse3.readdir_reply(token, name, self.attributes(inode), number):
                return

    async def setxattr(self, inode, name, value, ctx):
        self.nodes[inode].xattrs[name] = value

    async def getxattr(self, inode, name, ctx):
        try:
            return self.nodes[inode].xattrs[name]
        except KeyError:
            raise pyfuse3.FUSEError(pyfuse3.ENOATTR) from None

    async def listxattr(self, inode, ctx):
        return list(self.nodes[inode].xattrs)

    async def removexattr(self, inode, name, ctx):
        if self.nodes[inode].xattrs.pop(name, None) is None:
            raise pyfuse3.FUSEError(pyfuse3.ENOATTR)

    async def statfs(self, ctx):
        return pyfuse3.StatvfsData()


pyfuse3.init(Memory(), sys.argv[1], {'fsname=memory'})
try:
    trio.run(pyfuse3.main)
finally:
    pyfuse3.close(unmount=False)

package org.hexfuse.server;

/** One object of each kind of operation, all bound to one exchange. */
final class Operations {
    final Access access = new Access();
    final Bmap bmap = new Bmap();
    final CopyFileRange copyFileRange = new CopyFileRange();
    final Create create = new Create();
    final Fallocate fallocate = new Fallocate();
    final Flush flush = new Flush();
    final Forget forget = new Forget();
    final Fsync fsync = new Fsync();
    final FsyncDir fsyncDir = new FsyncDir();
    final GetAttr getAttr = new GetAttr();
    final GetXattr getXattr = new GetXattr();
    final Ioctl ioctl = new Ioctl();
    final Link link = new Link();
    final ListXattr listXattr = new ListXattr();
    final Lock lock = new Lock();
    final Lookup lookup = new Lookup();
    final Lseek lseek = new Lseek();
    final MkDir mkDir = new MkDir();
    final MkNod mkNod = new MkNod();
    final Open open = new Open();
    final OpenDir openDir = new OpenDir();
    final Poll poll = new Poll();
    final Read read = new Read();
    final ReadDir readDir = new ReadDir();
    final ReadLink readLink = new ReadLink();
    final Release release = new Release();
    final ReleaseDir releaseDir = new ReleaseDir();
    final RemoveXattr removeXattr = new RemoveXattr();
    final Rename rename = new Rename();
    final RmDir rmDir = new RmDir();
    final SetAttr setAttr = new SetAttr();
    final SetXattr setXattr = new SetXattr();
    final StatFs statFs = new StatFs();
    final SymLink symLink = new SymLink();
    final SyncFs syncFs = new SyncFs();
    final TmpFile tmpFile = new TmpFile();
    final Unlink unlink = new Unlink();
    final Write write = new Write();

    Operations(Exchange exchange) {
        Operation[] all = {access, bmap, copyFileRange, create, fallocate, flush, forget, fsync, fsyncDir, getAttr,
            getXattr, ioctl, link, listXattr, lock, lookup, lseek, mkDir, mkNod, open, openDir, poll, read, readDir,
            readLink, release, releaseDir, removeXattr, rename, rmDir, setAttr, setXattr, statFs, symLink, syncFs,
            tmpFile, unlink, write};
        for (Operation operation : all) {
            operation.bind(exchange);
        }
    }
}

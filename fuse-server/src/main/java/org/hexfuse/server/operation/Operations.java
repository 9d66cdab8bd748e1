package org.hexfuse.server.operation;

import org.hexfuse.server.request.IncomingRequest;

/** One view of each kind over the same request, which changes: a request is seen through that of its kind. */
public final class Operations {
    public final AccessView access;
    public final BmapView bmap;
    public final CopyFileRangeView copyFileRange;
    public final CreateView create;
    public final FallocateView fallocate;
    public final FlushView flush;
    public final ForgetView forget;
    public final FsyncView fsync;
    public final FsyncDirView fsyncDir;
    public final GetAttrView getAttr;
    public final GetXattrView getXattr;
    public final IoctlView ioctl;
    public final LinkView link;
    public final ListXattrView listXattr;
    public final LockView lock;
    public final LookupView lookup;
    public final LseekView lseek;
    public final MkDirView mkDir;
    public final MkNodView mkNod;
    public final OpenView open;
    public final OpenDirView openDir;
    public final PollView poll;
    public final ReadView read;
    public final ReadDirView readDir;
    public final ReadLinkView readLink;
    public final ReleaseView release;
    public final ReleaseDirView releaseDir;
    public final RemoveXattrView removeXattr;
    public final RenameView rename;
    public final RmDirView rmDir;
    public final SetAttrView setAttr;
    public final SetXattrView setXattr;
    public final StatFsView statFs;
    public final SymLinkView symLink;
    public final SyncFsView syncFs;
    public final TmpFileView tmpFile;
    public final UnlinkView unlink;
    public final WriteView write;

    /** Views of {@code request}. */
    public Operations(IncomingRequest request) {
        access = new AccessView(request);
        bmap = new BmapView(request);
        copyFileRange = new CopyFileRangeView(request);
        create = new CreateView(request);
        fallocate = new FallocateView(request);
        flush = new FlushView(request);
        forget = new ForgetView(request);
        fsync = new FsyncView(request);
        fsyncDir = new FsyncDirView(request);
        getAttr = new GetAttrView(request);
        getXattr = new GetXattrView(request);
        ioctl = new IoctlView(request);
        link = new LinkView(request);
        listXattr = new ListXattrView(request);
        lock = new LockView(request);
        lookup = new LookupView(request);
        lseek = new LseekView(request);
        mkDir = new MkDirView(request);
        mkNod = new MkNodView(request);
        open = new OpenView(request);
        openDir = new OpenDirView(request);
        poll = new PollView(request);
        read = new ReadView(request);
        readDir = new ReadDirView(request);
        readLink = new ReadLinkView(request);
        release = new ReleaseView(request);
        releaseDir = new ReleaseDirView(request);
        removeXattr = new RemoveXattrView(request);
        rename = new RenameView(request);
        rmDir = new RmDirView(request);
        setAttr = new SetAttrView(request);
        setXattr = new SetXattrView(request);
        statFs = new StatFsView(request);
        symLink = new SymLinkView(request);
        syncFs = new SyncFsView(request);
        tmpFile = new TmpFileView(request);
        unlink = new UnlinkView(request);
        write = new WriteView(request);
    }
}

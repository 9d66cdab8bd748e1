package org.hexfuse.examples.memory;

import org.hexfuse.abi.Name;

/** A symbolic link. Its target is accounted for like data, since it may be as long as 4 KiB. */
final class SymbolicLink extends Inode {
    private final Name target;

    SymbolicLink(Birth birth, Name target) {
        super(birth, 1);
        birth.space().take(target.length());
        this.target = target;
    }

    Name target() {
        return target;
    }

    @Override long size() {
        return target.length();
    }

    @Override void discardContent() {
        space().giveBack(target.length());
    }
}

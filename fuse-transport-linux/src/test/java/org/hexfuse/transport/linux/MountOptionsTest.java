package org.hexfuse.transport.linux;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.hexfuse.libc.MountFlags;
import org.hexfuse.transport.Address;
import org.hexfuse.transport.Transports;
import org.hexfuse.transport.spi.ServerTransportProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MountOptionsTest {
    @TempDir Path directory;

    private static MountOptions options(String text) {
        return MountOptions.of(Address.parse("linux:/mnt?" + text));
    }

    @Test void theDefaultsAreThoseOfLibfuse() {
        MountOptions options = options("");
        assertThat(options.flags()).isEqualTo(MountFlags.NOSUID | MountFlags.NODEV);
        assertThat(options.type()).isEqualTo("fuse");
        assertThat(String.join(",", options.forKernel(7, 0040000, 65534, -2)))
                .isEqualTo("fd=7,rootmode=40000,user_id=65534,group_id=4294967294");
        assertThat(options.forFusermount()).isEqualTo("rw,nosuid,nodev,fsname=hexfuse");
    }

    @Test void ignoresOptionsForMountPrograms() {
        MountOptions options = options("defaults&nofail&x-systemd.automount&x-gvfs-show&_netdev&noauto&user&ro");
        assertThat(options.flags()).isEqualTo(MountFlags.NOSUID | MountFlags.NODEV | MountFlags.RDONLY);
        assertThat(options.kernel()).isEmpty();
    }

    @Test void flagsAreSetAndClearedInOrder() {
        assertThat(options("ro&suid&dev&noexec&noatime&sync&dirsync").flags()).isEqualTo(MountFlags.RDONLY
                | MountFlags.NOEXEC | MountFlags.NOATIME | MountFlags.SYNCHRONOUS | MountFlags.DIRSYNC);
        assertThat(options("ro&rw&sync&async&noexec&exec&noatime&atime&suid&dev&allow_other=false").flags()).isZero();
        assertThat(options("rw&ro=false").forFusermount()).isEqualTo("rw,nosuid,nodev,fsname=hexfuse");
        assertThat(options("allow_other=false").kernel()).isEmpty();
    }

    @Test void escapesNamesForFusermountOnly() {
        MountOptions options = options("fsname=a,b\\c&subtype=x,y&max_read=4096&default_permissions&auto_unmount");
        assertThat(options.fsname()).isEqualTo("a,b\\c");
        assertThat(options.type()).isEqualTo("fuse.x,y");
        assertThat(options.forFusermount()).isEqualTo(
                "rw,nosuid,nodev,max_read=4096,default_permissions,fsname=a\\,b\\\\c,subtype=x\\,y,auto_unmount");
        assertThat(options("subtype=sub").fsname()).isEqualTo("sub");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', value = {
        "x                 | unknown mount option 'x'",
        "ro=1              | 'ro' is a switch and takes no value '1'",
        "allow_other=maybe | 'allow_other' is a switch and takes no value 'maybe'",
        "max_read=many     | 'max_read' needs a number of bytes and not 'many'",
        "max_read          | 'max_read' needs a number of bytes and not ''",
        "fsname            | 'fsname' needs a name",
        "blksize=4096      | 'blksize' is for filesystems on block devices",
        "fd=3              | unknown mount option 'fd'"}) void rejectsInvalidOptions(String text, String message) {
        assertThatThrownBy(() -> options(text)).isInstanceOf(IllegalArgumentException.class).hasMessage(message);
    }

    @Test void theMountPointMustExist() throws Exception {
        Path pipe = directory.resolve("pipe");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
        var transport = new LinuxTransport();
        assertThatThrownBy(() -> transport.open(Address.of("linux", ""))).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a mount point is missing: write linux:/mount/point");
        assertThatThrownBy(() -> transport.open(Address.of("linux", "mnt")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the mount point 'mnt' is not an absolute path");
        assertThatThrownBy(() -> transport.open(Address.of("linux", directory + "/none")))
                .isInstanceOf(IOException.class).hasMessage("there is no " + directory + "/none to mount on");
        assertThatThrownBy(() -> transport.open(Address.of("linux", pipe.toString()))).isInstanceOf(IOException.class)
                .hasMessage(pipe + " is not a directory");
        assertThatThrownBy(() -> transport.open(Address.of("linux", pipe + "/x"))).isInstanceOf(IOException.class)
                .hasMessage(pipe + "/x is not a directory");
    }

    @Test void symbolicLinksInAMountPointAreResolved() throws Exception {
        Path link = Files.createSymbolicLink(directory.resolve("link"), directory);
        assertThat(MountPoint.of(link.toString()).path()).isEqualTo(directory.toRealPath().toString());
    }

    @Test void parsesMountinfo() {
        MountTable table = MountTable.parse("""
                22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
                40 22 0:35 / /mnt/a\\040b\\134c rw,nosuid - fuse.x y rw,user_id=0
                41 22 0:36 / /mnt/a\\040b\\134c rw,nosuid shared:2 master:3 - tmpfs none rw
                """.getBytes(UTF_8));
        assertThat(table.entries()).hasSize(3);
        assertThat(table.entries().get(1).isFuse()).isTrue();
        assertThat(table.at("/mnt/a b\\c")).contains(new MountTable.Entry(41, "0:36", "/mnt/a b\\c", "tmpfs"));
        assertThat(table.at("/mnt")).isEmpty();
    }

    @Test void bothListsOfProvidersNameTheTransport() throws Exception {
        assertThat(Transports.serverTransports()).hasAtLeastOneElementOfType(LinuxTransport.class);
        try (var list = LinuxTransport.class.getModule()
                .getResourceAsStream("META-INF/services/" + ServerTransportProvider.class.getName())) {
            assertThat(new String(list.readAllBytes(), UTF_8).strip()).isEqualTo(LinuxTransport.class.getName());
        }
    }
}

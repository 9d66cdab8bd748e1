package org.hexfuse.nio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.LockObtainFailedException;
import org.apache.lucene.store.NIOFSDirectory;
import org.hexfuse.examples.memory.MemoryFileSystem;
import org.hexfuse.testkit.UserKernel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An index of Lucene on the files of a server. */
final class LuceneTest {
    private static final int DOCUMENTS = 2000;

    private UserKernel kernel;
    private HexfuseFileSystem files;
    private Path index;

    @BeforeEach void mount() throws IOException {
        kernel = UserKernel.connect("mem:", new MemoryFileSystem()).failOnLeaks();
        files = HexfuseFileSystem.of(kernel.vfs());
        index = files.getPath("/index");
    }

    @AfterEach void unmount() throws IOException {
        files.close();
        kernel.close();
    }

    @Test void documentsAreFoundAgain() throws IOException {
        try (Directory directory = new NIOFSDirectory(index);
                var writer = new IndexWriter(directory, new IndexWriterConfig())) {
            for (int i = 0; i < DOCUMENTS; i++) {
                var document = new Document();
                document.add(new StringField("id", Integer.toString(i), Field.Store.YES));
                document.add(new StringField("digit", Integer.toString(i % 10), Field.Store.NO));
                writer.addDocument(document);
                if (i % 500 == 0) {
                    writer.commit();
                }
            }
            writer.forceMerge(1);
        }
        kernel.vfs().dropCaches();
        try (Directory directory = new NIOFSDirectory(index); var reader = DirectoryReader.open(directory)) {
            var searcher = new IndexSearcher(reader);

            assertThat(searcher.count(new TermQuery(new Term("digit", "7")))).isEqualTo(DOCUMENTS / 10);
            assertThat(reader.storedFields().document(
                    searcher.search(new TermQuery(new Term("id", "1234")), 1).scoreDocs[0].doc).get("id"))
                    .isEqualTo("1234");
        }
    }

    @Test void anIndexHasOneWriter() throws IOException {
        try (Directory directory = new NIOFSDirectory(index);
                var _ = new IndexWriter(directory, new IndexWriterConfig())) {
            assertThatThrownBy(() -> new IndexWriter(directory, new IndexWriterConfig()).close())
                    .isInstanceOf(LockObtainFailedException.class);
        }
    }
}

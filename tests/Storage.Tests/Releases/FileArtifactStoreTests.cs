using System.Security.Cryptography;
using System.Text;
using Progeny.Core.Releases;
using Progeny.Storage.Releases;

namespace Progeny.Storage.Tests.Releases;

public sealed class FileArtifactStoreTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly FileArtifactStore store;

    public FileArtifactStoreTests() => store = new FileArtifactStore(folder["artifacts"], TimeProvider.System);

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Open_when_put_returns_the_same_bytes()
    {
        var contents = RandomNumberGenerator.GetBytes(1_000_000);

        var digest = await PutAsync(contents);

        digest.ShouldBe(Convert.ToHexStringLower(SHA256.HashData(contents)));
        (await ReadAsync(digest)).ShouldBe(contents);
        (await ReadAsync(digest.ToUpperInvariant())).ShouldBe(contents);
        (await store.ExistsAsync(digest, default)).ShouldBeTrue();
        File.Exists(folder[$"artifacts/{digest[..2]}/{digest[2..]}"]).ShouldBeTrue();
        Temporaries().ShouldBeEmpty();
    }

    [Fact]
    public async Task Put_when_empty_is_an_artifact_too()
    {
        var digest = await PutAsync([]);

        (await ReadAsync(digest)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Put_when_too_large_keeps_nothing()
    {
        var refused = await Should.ThrowAsync<ArtifactTooLargeException>(() => store.PutAsync(new MemoryStream(new byte[101]), 100, default));

        refused.MaxBytes.ShouldBe(100);
        Directory.EnumerateFiles(folder.Path, "*", SearchOption.AllDirectories).ShouldBeEmpty();
        (await store.PutAsync(new MemoryStream(new byte[100]), 100, default)).Length.ShouldBe(64);
    }

    [Fact]
    public async Task Put_when_the_source_fails_keeps_nothing()
    {
        await Should.ThrowAsync<IOException>(() => store.PutAsync(new FailingStream(300_000), long.MaxValue, default));

        Directory.EnumerateFiles(folder.Path, "*", SearchOption.AllDirectories).ShouldBeEmpty();
    }

    [Fact]
    public async Task Put_when_many_store_the_same_contents_at_once_all_succeed()
    {
        var contents = RandomNumberGenerator.GetBytes(200_000);

        var digests = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => PutAsync(contents))));

        digests.Distinct().ShouldHaveSingleItem();
        (await ReadAsync(digests[0])).ShouldBe(contents);
        Temporaries().ShouldBeEmpty();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(70_000)]
    [InlineData(149_999)]
    public async Task Open_when_a_byte_changed_says_so_and_a_new_put_repairs_it(int position)
    {
        var contents = RandomNumberGenerator.GetBytes(150_000);
        var digest = await PutAsync(contents);
        Damage(digest, bytes => bytes[position] ^= 1);

        (await Should.ThrowAsync<ArtifactCorruptException>(() => store.OpenAsync(digest, default))).Digest.ShouldBe(digest);

        await PutAsync(contents);
        (await ReadAsync(digest)).ShouldBe(contents);
    }

    [Fact]
    public async Task Open_when_the_file_is_cut_says_so()
    {
        var digest = await PutAsync(Encoding.UTF8.GetBytes("a model"));
        using (var file = File.OpenWrite(PathOf(digest)))
            file.SetLength(3);

        await Should.ThrowAsync<ArtifactCorruptException>(() => store.OpenAsync(digest, default));
    }

    [Fact]
    public async Task Open_when_missing_says_so()
    {
        var digest = new string('a', 64);

        (await store.ExistsAsync(digest, default)).ShouldBeFalse();
        (await Should.ThrowAsync<ArtifactMissingException>(() => store.OpenAsync(digest, default))).Digest.ShouldBe(digest);
    }

    [Theory]
    [InlineData("")]
    [InlineData("abc")]
    [InlineData("../../../../../../../../../../../../../../../../../../../etc/passwd")]
    [InlineData("zz00000000000000000000000000000000000000000000000000000000000000")]
    public async Task Open_when_the_digest_is_none_says_what_one_is(string digest)
    {
        (await Should.ThrowAsync<ArgumentException>(() => store.OpenAsync(digest, default))).Message.ShouldContain("64 hexadecimal digits");
        await Should.ThrowAsync<ArgumentException>(() => store.ExistsAsync(digest, default));
    }

    [Fact]
    public async Task Start_when_a_writer_died_removes_what_it_left_after_an_hour_only()
    {
        var digest = await PutAsync([1, 2, 3]);
        await File.WriteAllTextAsync(folder["artifacts/tmp/old"], "half an artifact");
        await File.WriteAllTextAsync(folder["artifacts/tmp/young"], "half an artifact");
        File.SetLastWriteTimeUtc(folder["artifacts/tmp/old"], DateTime.UtcNow.AddMinutes(-61));

        var reopened = new FileArtifactStore(folder["artifacts"], TimeProvider.System);

        Temporaries().ShouldBe([folder["artifacts/tmp/young"]]);
        (await reopened.ExistsAsync(digest, default)).ShouldBeTrue();
    }

    [Fact]
    public async Task Volatile_store_when_disposed_leaves_no_file()
    {
        var before = Directory.GetDirectories(Path.GetTempPath(), "progeny-artifacts-*");
        string[] during;
        using (var passing = new VolatileArtifactStore(TimeProvider.System))
        {
            var digest = await passing.PutAsync(new MemoryStream([1, 2, 3]), 10, default);
            (await passing.ExistsAsync(digest, default)).ShouldBeTrue();
            during = [.. Directory.GetDirectories(Path.GetTempPath(), "progeny-artifacts-*").Except(before)];
        }

        during.ShouldNotBeEmpty();
        during.ShouldContain(path => !Directory.Exists(path));
    }

    private Task<string> PutAsync(byte[] contents) => store.PutAsync(new MemoryStream(contents), long.MaxValue, default);

    private async Task<byte[]> ReadAsync(string digest)
    {
        await using var stream = await store.OpenAsync(digest, default);
        using var bytes = new MemoryStream();
        await stream.CopyToAsync(bytes);
        return bytes.ToArray();
    }

    private string PathOf(string digest) => folder[$"artifacts/{digest[..2]}/{digest[2..]}"];

    private void Damage(string digest, Action<byte[]> change)
    {
        var bytes = File.ReadAllBytes(PathOf(digest));
        change(bytes);
        File.WriteAllBytes(PathOf(digest), bytes);
    }

    private string[] Temporaries() => Directory.GetFiles(folder["artifacts/tmp"]);

    private sealed class FailingStream(int bytes) : MemoryStream(new byte[bytes])
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            Position >= bytes ? throw new IOException("The connection is gone.") : base.ReadAsync(buffer, cancellationToken);
    }
}

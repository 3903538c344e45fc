using System.Security.Cryptography;
using System.Text;
using Progeny.Core.Releases;
using Progeny.Storage.Releases;

namespace Progeny.Storage.Tests.Releases;

public sealed class FileArtifactStoreTests : ArtifactStoreContract
{
    private readonly TemporaryFolder folder = new();

    public override Task DisposeAsync()
    {
        folder.Dispose();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task Put_names_the_file_by_its_digest()
    {
        var digest = await PutAsync([1, 2, 3]);

        File.Exists(PathOf(digest)).ShouldBeTrue();
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

        (await Should.ThrowAsync<ArtifactCorruptException>(() => Store.OpenAsync(digest, default))).Digest.ShouldBe(digest);

        await PutAsync(contents);
        (await ReadAsync(Store, digest)).ShouldBe(contents);
    }

    [Fact]
    public async Task Open_when_the_file_is_cut_says_so()
    {
        var digest = await PutAsync(Encoding.UTF8.GetBytes("a model"));
        using (var file = File.OpenWrite(PathOf(digest)))
            file.SetLength(3);

        await Should.ThrowAsync<ArtifactCorruptException>(() => Store.OpenAsync(digest, default));
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

    protected override Task<(IArtifactStore Store, IArtifactStore Other)> OpenAsync() => Task.FromResult<(IArtifactStore, IArtifactStore)>(
        (new FileArtifactStore(folder["artifacts"], TimeProvider.System), new FileArtifactStore(folder["artifacts"], TimeProvider.System)));

    protected override Task AssertTidyAsync()
    {
        Temporaries().ShouldBeEmpty();
        return Task.CompletedTask;
    }

    private string PathOf(string digest) => folder[$"artifacts/{digest[..2]}/{digest[2..]}"];

    private void Damage(string digest, Action<byte[]> change)
    {
        var bytes = File.ReadAllBytes(PathOf(digest));
        change(bytes);
        File.WriteAllBytes(PathOf(digest), bytes);
    }

    private string[] Temporaries() => Directory.GetFiles(folder["artifacts/tmp"]);
}

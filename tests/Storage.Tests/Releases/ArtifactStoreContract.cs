using System.Security.Cryptography;
using Progeny.Core.Releases;

namespace Progeny.Storage.Tests.Releases;

/// <summary>What every artifact store promises. Two instances share what they store, as the nodes of a cluster do.</summary>
public abstract class ArtifactStoreContract : IAsyncLifetime
{
    private const int LargeBytes = 20 << 20;

    protected IArtifactStore Store { get; private set; } = null!;

    protected IArtifactStore Other { get; private set; } = null!;

    public async Task InitializeAsync() => (Store, Other) = await OpenAsync();

    public abstract Task DisposeAsync();

    [Fact]
    public async Task Open_when_put_returns_the_same_bytes_on_every_node()
    {
        var contents = RandomNumberGenerator.GetBytes(3_000_001);

        var digest = await PutAsync(contents);

        digest.ShouldBe(Convert.ToHexStringLower(SHA256.HashData(contents)));
        (await ReadAsync(Store, digest)).ShouldBe(contents);
        (await ReadAsync(Other, digest)).ShouldBe(contents);
        (await ReadAsync(Other, digest.ToUpperInvariant())).ShouldBe(contents);
        (await Store.ExistsAsync(digest, default)).ShouldBeTrue();
        (await Other.ExistsAsync(digest, default)).ShouldBeTrue();
        await AssertTidyAsync();
    }

    [Fact]
    public async Task Open_returns_a_stream_that_knows_its_length_and_can_seek()
    {
        var digest = await PutAsync([1, 2, 3, 4]);

        await using var stream = await Other.OpenAsync(digest, default);

        stream.Length.ShouldBe(4);
        stream.Position.ShouldBe(0);
        stream.Seek(2, SeekOrigin.Begin);
        stream.ReadByte().ShouldBe(3);
        stream.CanWrite.ShouldBeFalse();
    }

    [Fact]
    public async Task Put_when_empty_is_an_artifact_too()
    {
        var digest = await PutAsync([]);

        (await ReadAsync(Other, digest)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData((1 << 20) - 1)]
    [InlineData(1 << 20)]
    [InlineData((1 << 20) + 1)]
    public async Task Open_when_put_returns_the_same_bytes_around_the_size_of_a_chunk(int length)
    {
        var contents = RandomNumberGenerator.GetBytes(length);

        (await ReadAsync(Other, await PutAsync(contents))).ShouldBe(contents);
    }

    [Fact]
    public async Task Put_when_too_large_keeps_nothing()
    {
        var contents = RandomNumberGenerator.GetBytes(101);

        var refused = await Should.ThrowAsync<ArtifactTooLargeException>(() => Store.PutAsync(new MemoryStream(contents), 100, default));
        await Should.ThrowAsync<ArtifactTooLargeException>(() => Store.StageAsync(new MemoryStream(contents), 100, default));

        refused.MaxBytes.ShouldBe(100);
        (await Other.ExistsAsync(Convert.ToHexStringLower(SHA256.HashData(contents)), default)).ShouldBeFalse();
        await AssertTidyAsync();
        (await Store.PutAsync(new MemoryStream(contents), 101, default)).Length.ShouldBe(64);
    }

    [Fact]
    public async Task Put_when_the_source_fails_keeps_nothing()
    {
        await Should.ThrowAsync<IOException>(() => Store.PutAsync(new FailingStream(300_000), long.MaxValue, default));
        await Should.ThrowAsync<IOException>(() => Store.StageAsync(new FailingStream(300_000), long.MaxValue, default));

        await AssertTidyAsync();
    }

    [Fact]
    public async Task Put_when_nodes_store_the_same_contents_at_once_all_succeed()
    {
        var contents = RandomNumberGenerator.GetBytes(2_500_000);

        var digests = await Task.WhenAll(Enumerable.Range(0, 8).Select(number =>
            Task.Run(() => (number % 2 == 0 ? Store : Other).PutAsync(new MemoryStream(contents), long.MaxValue, default))));

        digests.Distinct().ShouldHaveSingleItem();
        (await ReadAsync(Store, digests[0])).ShouldBe(contents);
        (await ReadAsync(Other, digests[0])).ShouldBe(contents);
        await AssertTidyAsync();
    }

    [Fact]
    public async Task Open_when_large_returns_the_same_bytes()
    {
        await using var contents = new RepeatableStream(LargeBytes, 7);
        var digest = await Store.PutAsync(contents, long.MaxValue, default);

        await using var stream = await Other.OpenAsync(digest, default);

        stream.Length.ShouldBe(LargeBytes);
        Convert.ToHexStringLower(await SHA256.HashDataAsync(stream)).ShouldBe(digest);
        await AssertTidyAsync();
    }

    [Fact]
    public async Task Open_when_missing_says_so()
    {
        var digest = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));

        (await Store.ExistsAsync(digest, default)).ShouldBeFalse();
        (await Should.ThrowAsync<ArtifactMissingException>(() => Store.OpenAsync(digest, default))).Digest.ShouldBe(digest);
    }

    [Theory]
    [InlineData("")]
    [InlineData("abc")]
    [InlineData("../../../../../../../../../../../../../../../../../../../etc/passwd")]
    [InlineData("zz00000000000000000000000000000000000000000000000000000000000000")]
    public async Task Open_when_the_digest_is_none_says_what_one_is(string digest)
    {
        (await Should.ThrowAsync<ArgumentException>(() => Store.OpenAsync(digest, default))).Message.ShouldContain("64 hexadecimal digits");
        await Should.ThrowAsync<ArgumentException>(() => Store.ExistsAsync(digest, default));
        await Should.ThrowAsync<ArgumentException>(() => Store.OpenStagedAsync(digest, default));
        await Should.ThrowAsync<ArgumentException>(() => Store.KeepAsync(digest, default));
        await Should.ThrowAsync<ArgumentException>(() => Store.DropAsync(digest, default));
    }

    [Fact]
    public async Task Staged_when_another_node_keeps_it_is_an_artifact()
    {
        var contents = RandomNumberGenerator.GetBytes(1_500_000);
        var digest = Convert.ToHexStringLower(SHA256.HashData(contents));
        var ticket = await Store.StageAsync(new MemoryStream(contents), long.MaxValue, default);

        (await ReadAsync(await Other.OpenStagedAsync(ticket, default))).ShouldBe(contents);
        (await Store.ExistsAsync(digest, default)).ShouldBeFalse();
        (await Other.ExistsAsync(digest, default)).ShouldBeFalse();
        await Should.ThrowAsync<ArtifactMissingException>(() => Other.OpenAsync(digest, default));
        (await Other.KeepAsync(ticket, default)).ShouldBe(digest);

        (await ReadAsync(Store, digest)).ShouldBe(contents);
        (await ReadAsync(Other, digest)).ShouldBe(contents);
        await Should.ThrowAsync<ArtifactMissingException>(() => Store.OpenStagedAsync(ticket, default));
        await Should.ThrowAsync<ArtifactMissingException>(() => Store.KeepAsync(ticket, default));
        await Store.DropAsync(ticket, default);
        (await ReadAsync(Store, digest)).ShouldBe(contents);
        await AssertTidyAsync();
    }

    [Fact]
    public async Task Staged_when_dropped_leaves_nothing()
    {
        var contents = RandomNumberGenerator.GetBytes(1_500_000);
        var ticket = await Store.StageAsync(new MemoryStream(contents), long.MaxValue, default);

        await Other.DropAsync(ticket, default);
        await Store.DropAsync(ticket, default);

        await Should.ThrowAsync<ArtifactMissingException>(() => Store.OpenStagedAsync(ticket, default));
        await Should.ThrowAsync<ArtifactMissingException>(() => Other.KeepAsync(ticket, default));
        (await Other.ExistsAsync(Convert.ToHexStringLower(SHA256.HashData(contents)), default)).ShouldBeFalse();
        await AssertTidyAsync();
    }

    [Fact]
    public async Task Staged_when_the_same_contents_are_staged_by_others_is_apart_from_theirs()
    {
        var contents = RandomNumberGenerator.GetBytes(1_500_000);
        var tickets = await Task.WhenAll(Enumerable.Range(0, 4).Select(number =>
            (number % 2 == 0 ? Store : Other).StageAsync(new MemoryStream(contents), long.MaxValue, default)));
        tickets.ShouldBeUnique();

        await Other.DropAsync(tickets[0], default);
        (await ReadAsync(await Store.OpenStagedAsync(tickets[1], default))).ShouldBe(contents);
        var digests = await Task.WhenAll(
            tickets[1..3].Select((ticket, number) => (number == 0 ? Store : Other).KeepAsync(ticket, default)));
        await Store.DropAsync(tickets[3], default);

        digests.Distinct().ShouldHaveSingleItem();
        (await ReadAsync(Other, digests[0])).ShouldBe(contents);
        await AssertTidyAsync();
    }

    /// <summary>Opens two instances that share what they store.</summary>
    protected abstract Task<(IArtifactStore Store, IArtifactStore Other)> OpenAsync();

    /// <summary>Fails when anything is stored that is no artifact.</summary>
    protected abstract Task AssertTidyAsync();

    protected Task<string> PutAsync(byte[] contents) => Store.PutAsync(new MemoryStream(contents), long.MaxValue, default);

    protected static async Task<byte[]> ReadAsync(IArtifactStore store, string digest) =>
        await ReadAsync(await store.OpenAsync(digest, default));

    protected static async Task<byte[]> ReadAsync(Stream stream)
    {
        await using (stream)
        {
            using var bytes = new MemoryStream();
            await stream.CopyToAsync(bytes);
            return bytes.ToArray();
        }
    }

    private sealed class FailingStream(int bytes) : MemoryStream(new byte[bytes])
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            Position >= bytes ? throw new IOException("The connection is gone.") : base.ReadAsync(buffer, cancellationToken);
    }
}

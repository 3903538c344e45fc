using System.Security.Cryptography;
using Progeny.Abstractions.Common;
using Progeny.Core.Releases;
using Progeny.Storage.Tests.Releases.S3;

namespace Progeny.Storage.Tests.Releases;

/// <summary>What a node keeps of the artifacts of its cluster. The store is an S3 bucket, which counts what is fetched.</summary>
public sealed class ArtifactCacheTests : IAsyncLifetime
{
    private const int Blob = 400_000;
    private const string Limit = "1048576";

    private readonly TemporaryFolder folder = new();
    private S3Endpoint endpoint = null!;
    private ArtifactNode writer = null!;

    private int Fetched => endpoint.Requests.Count(request => request.Method == "GET");

    public async Task InitializeAsync()
    {
        endpoint = await S3Endpoint.StartAsync();
        writer = NewNode();
    }

    public async Task DisposeAsync()
    {
        await writer.DisposeAsync();
        await endpoint.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task Open_when_many_ask_at_once_fetches_once()
    {
        await using var node = NewNode();
        var digest = await PutAsync(Blob);

        var streams = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => node.Store.OpenAsync(digest, default))));

        foreach (var stream in streams)
        {
            await using (stream)
                Convert.ToHexStringLower(await SHA256.HashDataAsync(stream)).ShouldBe(digest);
        }

        await ReadAsync(node, digest);
        Fetched.ShouldBe(1);
        node.Cached.ShouldBe([digest]);
    }

    [Fact]
    public async Task Open_when_the_first_to_ask_loses_interest_serves_the_others()
    {
        await using var node = NewNode();
        var digest = await PutAsync(Blob);
        using var held = endpoint.Hold();
        using var first = new CancellationTokenSource();

        var impatient = node.Store.OpenAsync(digest, first.Token);
        await held.Arrived;
        var patient = node.Store.OpenAsync(digest, default);
        await first.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => impatient);
        held.Release();

        await (await patient).DisposeAsync();
        Fetched.ShouldBe(1);
    }

    [Fact]
    public async Task Open_when_it_failed_before_fetches_again()
    {
        await using var node = NewNode();
        var digest = Convert.ToHexStringLower(SHA256.HashData("late"u8));

        await Should.ThrowAsync<ArtifactMissingException>(() => node.Store.OpenAsync(digest, default));
        await writer.Store.PutAsync(new MemoryStream("late"u8.ToArray()), 10, default);

        await ReadAsync(node, digest);
    }

    [Fact]
    public async Task Open_when_the_node_put_it_fetches_nothing()
    {
        var digest = await PutAsync(Blob);

        await ReadAsync(writer, digest);

        Fetched.ShouldBe(0);
    }

    [Theory]
    [InlineData("changed")]
    [InlineData("cut")]
    [InlineData("gone")]
    public async Task Open_when_the_cached_file_is_broken_fetches_it_again(string how)
    {
        await using var node = NewNode();
        var digest = await PutAsync(Blob);
        await ReadAsync(node, digest);
        var path = node.PathOf(digest);
        var bytes = await File.ReadAllBytesAsync(path);
        bytes[Blob / 2] ^= 1;
        File.Delete(path);
        if (how != "gone")
            await File.WriteAllBytesAsync(path, how == "cut" ? bytes[..7] : bytes);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => ReadAsync(node, digest))));

        Fetched.ShouldBe(2);
        (await SHA256.HashDataAsync(File.OpenRead(path))).ShouldBe(Convert.FromHexString(digest));
    }

    [Fact]
    public async Task Open_beyond_the_limit_removes_those_that_were_used_longest_ago()
    {
        await using var node = NewNode(("Artifacts:CacheBytes", Limit));
        var (first, second, third) = (await PutAsync(Blob), await PutAsync(Blob + 1), await PutAsync(Blob + 2));
        await ReadAsync(node, first);
        await ReadAsync(node, second);
        await ReadAsync(node, first);

        await ReadAsync(node, third);

        node.Cached.ShouldBe([first, third], ignoreOrder: true);
        await ReadAsync(node, second);
        node.Cached.ShouldBe([second, third], ignoreOrder: true);
    }

    [Fact]
    public async Task Open_beyond_the_limit_keeps_what_is_open_until_it_is_closed()
    {
        await using var node = NewNode(("Artifacts:CacheBytes", Limit));
        var (first, second, third) = (await PutAsync(Blob), await PutAsync(Blob + 1), await PutAsync(Blob + 2));
        var open = await node.Store.OpenAsync(first, default);
        await ReadAsync(node, second);

        await ReadAsync(node, third);
        node.Cached.ShouldBe([first, third], ignoreOrder: true);
        var again = await node.Store.OpenAsync(third, default);
        await ReadAsync(node, second);
        node.Cached.ShouldBe([first, third], ignoreOrder: true);
        Convert.ToHexStringLower(await SHA256.HashDataAsync(open)).ShouldBe(first);
        await open.DisposeAsync();
        await open.DisposeAsync();
        await ReadAsync(node, second);

        node.Cached.ShouldBe([second, third], ignoreOrder: true);
        await again.DisposeAsync();
    }

    [Fact]
    public async Task Open_when_larger_than_the_cache_is_read_and_not_kept()
    {
        await using var node = NewNode(("Artifacts:CacheBytes", Limit));
        var digest = await PutAsync(3 * Blob);

        await using (var stream = await node.Store.OpenAsync(digest, default))
            Convert.ToHexStringLower(await SHA256.HashDataAsync(stream)).ShouldBe(digest);

        node.Cached.ShouldBeEmpty();
    }

    [Fact]
    public async Task Open_after_a_restart_finds_what_was_cached_and_keeps_to_a_lower_limit()
    {
        string[] digests = [await PutAsync(Blob), await PutAsync(Blob + 1), await PutAsync(Blob + 2)];
        await using (var before = ArtifactNode.CreateIn(folder["data"], Settings()))
        {
            foreach (var digest in digests)
                await ReadAsync(before, digest);
            await File.WriteAllTextAsync(Path.Combine(before.Cache, "tmp", "left"), "half an artifact");
        }

        File.SetLastWriteTimeUtc(
            Path.Combine(folder["data/artifacts-cache"], digests[1][..2], digests[1][2..]), DateTime.UtcNow.AddDays(-1));
        endpoint.Fail(S3Fault.Unavailable, int.MaxValue);
        await using var after = ArtifactNode.CreateIn(folder["data"], [.. Settings(), ("Artifacts:CacheBytes", Limit)]);

        await ReadAsync(after, digests[0]);
        await ReadAsync(after, digests[2]);

        after.Cached.ShouldBe([digests[0], digests[2]], ignoreOrder: true);
        Directory.EnumerateFiles(Path.Combine(after.Cache, "tmp")).ShouldBeEmpty();
        await Should.ThrowAsync<StorageUnavailableException>(() => after.Store.OpenAsync(digests[1], default));
    }

    private static async Task ReadAsync(ArtifactNode node, string digest)
    {
        await using var stream = await node.Store.OpenAsync(digest, default);
        Convert.ToHexStringLower(await SHA256.HashDataAsync(stream)).ShouldBe(digest);
    }

    private Task<string> PutAsync(int length) =>
        writer.Store.PutAsync(new MemoryStream(RandomNumberGenerator.GetBytes(length)), long.MaxValue, default);

    private ArtifactNode NewNode(params (string Key, string Value)[] settings) => ArtifactNode.Create([.. Settings(), .. settings]);

    private (string Key, string Value)[] Settings() =>
    [
        ("Artifacts:Store", "s3"), ("Artifacts:Bucket", S3Endpoint.BucketName), ("Artifacts:Endpoint", endpoint.Url),
        ("Artifacts:AccessKey", S3Endpoint.AccessKey), ("Artifacts:SecretKey", S3Endpoint.SecretKey),
    ];
}

using System.Security.Cryptography;
using Progeny.Storage.Tests.Releases.S3;

namespace Progeny.Storage.Tests.Releases;

/// <summary>Large artifacts pass through a node without ever being in its memory.</summary>
[Collection(Alone.Name)]
public sealed class ArtifactMemoryTests(PostgresServerFixture fixture) : IClassFixture<PostgresServerFixture>
{
    private const int Bytes = 64 << 20;

    // Of the tests' own service too, which runs in this process and receives every chunk.
    private const long MaxAllocated = Bytes / 2;

    [Fact]
    public async Task Database_holds_no_large_artifact_in_memory()
    {
        await using var first = await ArtifactNode.StartAsync(("Cluster:ConnectionString", fixture.Server.ConnectionString));
        await using var second = await ArtifactNode.StartAsync(("Cluster:ConnectionString", fixture.Server.ConnectionString));

        (await AllocatedAsync(first, second)).ShouldBeLessThan(MaxAllocated);
    }

    [Fact]
    public async Task S3_holds_no_large_artifact_in_memory()
    {
        await using var endpoint = await S3Endpoint.StartAsync();
        (string, string)[] settings =
        [
            ("Artifacts:Store", "s3"), ("Artifacts:Bucket", S3Endpoint.BucketName), ("Artifacts:Endpoint", endpoint.Url),
            ("Artifacts:AccessKey", S3Endpoint.AccessKey), ("Artifacts:SecretKey", S3Endpoint.SecretKey),
        ];
        await using var first = ArtifactNode.Create(settings);
        await using var second = ArtifactNode.Create(settings);

        (await AllocatedAsync(first, second)).ShouldBeLessThan(MaxAllocated);
    }

    private static async Task<long> AllocatedAsync(ArtifactNode first, ArtifactNode second)
    {
        // What is compiled and pooled the first time is no part of an artifact.
        await PassAsync(first, second, 1 << 20, 1);
        var before = GC.GetTotalAllocatedBytes(precise: true);
        await PassAsync(first, second, Bytes, 2);
        return GC.GetTotalAllocatedBytes(precise: true) - before;
    }

    private static async Task PassAsync(ArtifactNode first, ArtifactNode second, long bytes, int seed)
    {
        var digest = await first.Store.PutAsync(new RepeatableStream(bytes, seed), long.MaxValue, default);
        await using var stream = await second.Store.OpenAsync(digest, default);
        Convert.ToHexStringLower(await SHA256.HashDataAsync(stream)).ShouldBe(digest);
    }
}

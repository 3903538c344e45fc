using Progeny.Storage.QueryLog.Archive;
using Progeny.Storage.Tests.Releases.S3;

namespace Progeny.Storage.Tests.QueryLog;

public sealed class S3ArchiveTests : IAsyncLifetime
{
    private readonly TemporaryFolder folder = new();
    private S3Endpoint endpoint = null!;

    public async Task InitializeAsync() => endpoint = await S3Endpoint.StartAsync();

    public async Task DisposeAsync()
    {
        await endpoint.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task Files_are_objects_under_the_prefix_that_come_back_and_are_replaced()
    {
        using var archive = Open("archive/queries");
        foreach (var text in new[] { "first", "second" })
        {
            await File.WriteAllTextAsync(folder["sent"], text);
            await archive.PutAsync("flights/day=2026-11-22/part-0.parquet", folder["sent"], default);
        }

        endpoint.Bucket.Objects.Keys.ShouldBe(["archive/queries/flights/day=2026-11-22/part-0.parquet"]);
        (await archive.ListAsync("flights", default)).ShouldBe([("flights/day=2026-11-22/part-0.parquet", 6L)]);
        (await archive.ListAsync("flight", default)).ShouldBeEmpty(); // of another project
        await archive.BringAsync("flights/day=2026-11-22/part-0.parquet", folder["back"], default);
        (await File.ReadAllTextAsync(folder["back"])).ShouldBe("second");
        await archive.RemoveAsync("flights/day=2026-11-22/part-0.parquet", default);
        endpoint.Bucket.Objects.ShouldBeEmpty();
    }

    [Fact]
    public async Task Refusal_names_the_bucket()
    {
        using var archive = Open("", bucket: "no-such-bucket");

        (await Should.ThrowAsync<IOException>(() => archive.ListAsync("flights", default))).Message.ShouldContain("no-such-bucket");
    }

    private S3Archive Open(string prefix, string bucket = S3Endpoint.BucketName) => new(new QueryArchiveOptions
    {
        Bucket = bucket,
        Prefix = prefix,
        Endpoint = endpoint.Url,
        AccessKey = S3Endpoint.AccessKey,
        SecretKey = S3Endpoint.SecretKey,
    });
}

using Amazon.S3;
using Progeny.Abstractions.Common;
using Progeny.Storage.Tests.Releases.S3;

namespace Progeny.Storage.Tests.Releases;

/// <summary>The artifacts of a cluster in an S3 bucket.</summary>
public sealed class S3ArtifactTests : SharedArtifactContract
{
    private const int PartBytes = 16 << 20;

    private S3Endpoint endpoint = null!;

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await endpoint.DisposeAsync();
    }

    [Theory]
    [InlineData(S3Endpoint.AccessKey, "another secret", "SignatureDoesNotMatch")]
    [InlineData("AKIAOTHER", S3Endpoint.SecretKey, "InvalidAccessKeyId")]
    public async Task Put_when_the_key_is_wrong_is_refused(string accessKey, string secretKey, string code)
    {
        await using var node = ArtifactNode.Create([.. Settings(), ("Artifacts:AccessKey", accessKey), ("Artifacts:SecretKey", secretKey)]);

        await AssertRefusedAsync(() => node.Store.PutAsync(new MemoryStream([1, 2, 3]), 3, default), code);
        await AssertRefusedAsync(() => node.Store.OpenAsync(new string('a', 64), default), code);

        endpoint.Bucket.Objects.ShouldBeEmpty();
    }

    [Fact]
    public async Task Put_when_the_bucket_is_missing_says_so_and_nothing_is_missing_in_it()
    {
        await using var node = ArtifactNode.Create([.. Settings(), ("Artifacts:Bucket", "no-such-bucket")]);

        await AssertRefusedAsync(() => node.Store.OpenAsync(new string('a', 64), default), "NoSuchBucket");
    }

    [Fact]
    public async Task Put_signs_contents_in_chunks_and_stores_them_under_the_prefix()
    {
        var digest = await PutAsync(new byte[200_000]);

        endpoint.Requests.ShouldContain(
            request => request.Method == "PUT" && request.Payload == "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER" && request.Status == 200);
        endpoint.Bucket.Objects.Keys.ShouldBe([$"team/progeny/blobs/{digest[..2]}/{digest[2..]}"]);
    }

    [Fact]
    public async Task Put_when_contents_change_on_the_way_is_refused()
    {
        endpoint.Fail(S3Fault.ChangedContents, int.MaxValue);

        await AssertRefusedAsync(() => PutAsync(new byte[200_000]), "SignatureDoesNotMatch");

        endpoint.Bucket.Objects.ShouldBeEmpty();
    }

    [Fact]
    public async Task Put_when_large_is_sent_in_parts()
    {
        await Store.PutAsync(new RepeatableStream((2 * PartBytes) + 1, 3), long.MaxValue, default);

        endpoint.Requests.Count(request => request.Target.Contains("partNumber=", StringComparison.Ordinal) && request.Status == 200)
            .ShouldBe(3);
        endpoint.Bucket.Objects.Single().Value.Etag.ShouldEndWith("-3");
    }

    [Fact]
    public async Task Put_when_a_part_fails_for_good_leaves_no_upload()
    {
        endpoint.Fail(S3Fault.Unavailable, int.MaxValue, request => request.Query["partNumber"] == "2");

        await Should.ThrowAsync<StorageUnavailableException>(
            () => Store.PutAsync(new RepeatableStream(PartBytes + 1, 3), long.MaxValue, default));

        endpoint.Requests.ShouldContain(
            request => request.Method == "POST" && request.Target.EndsWith("?uploads", StringComparison.Ordinal));
        endpoint.Bucket.Objects.ShouldBeEmpty();
        await AssertTidyAsync();
    }

    [Theory]
    [InlineData("Unavailable", "PUT")]
    [InlineData("Cut", "PUT")]
    [InlineData("Unavailable", "GET")]
    [InlineData("Cut", "GET")]
    [InlineData("CutContents", "GET")]
    public async Task Put_and_open_when_the_service_fails_once_try_again(string fault, string method)
    {
        var contents = new byte[300_000];
        endpoint.Fail(Enum.Parse<S3Fault>(fault), 1, request => request.Method == method);

        (await ReadAsync(Other, await PutAsync(contents))).ShouldBe(contents);

        endpoint.Requests.Count(request => request.Method == method).ShouldBe(2);
        await AssertTidyAsync();
    }

    [Fact]
    public async Task Abandoned_when_there_are_many_pages_and_unfinished_uploads_are_all_removed()
    {
        await using var node = ArtifactNode.Create(Settings());
        endpoint.PageSize = 2;
        for (var number = 0; number < 5; number++)
            await Store.StageAsync(new MemoryStream([(byte)number]), 1, default);
        endpoint.Bucket.Uploads["left"] = new S3Upload("team/progeny/blobs/aa/b", DateTimeOffset.UtcNow.AddDays(-2));
        endpoint.Bucket.Uploads["others"] = new S3Upload("elsewhere/a", DateTimeOffset.UtcNow.AddDays(-2));
        endpoint.Bucket.Uploads["young"] = new S3Upload("team/progeny/blobs/aa/c", DateTimeOffset.UtcNow);

        await node.Shared.RemoveAbandonedAsync(DateTimeOffset.UtcNow.AddDays(-1), default);
        endpoint.Bucket.Objects.Count.ShouldBe(5);
        endpoint.Bucket.Uploads.Keys.ShouldBe(["others", "young"], ignoreOrder: true);
        await node.Shared.RemoveAbandonedAsync(DateTimeOffset.UtcNow.AddMinutes(1), default);

        endpoint.Bucket.Objects.ShouldBeEmpty();
        endpoint.Bucket.Uploads.Keys.ShouldBe(["others"]);
    }

    internal override async Task<ArtifactNode> NewNodeAsync()
    {
        endpoint ??= await S3Endpoint.StartAsync();
        return ArtifactNode.Create(Settings());
    }

    protected override Task DamageAsync(string digest)
    {
        Damage(endpoint.Bucket.Get($"team/progeny/blobs/{digest[..2]}/{digest[2..]}").Path);
        return Task.CompletedTask;
    }

    protected override Task TakeAwayAsync()
    {
        endpoint.Fail(S3Fault.Cut, int.MaxValue);
        return Task.CompletedTask;
    }

    protected override Task BringBackAsync()
    {
        endpoint.Heal();
        return Task.CompletedTask;
    }

    protected override Task AssertSharedTidyAsync()
    {
        endpoint.Bucket.Objects.Keys.ShouldAllBe(key => key.StartsWith("team/progeny/blobs/", StringComparison.Ordinal));
        endpoint.Bucket.Uploads.ShouldBeEmpty();
        return Task.CompletedTask;
    }

    private static async Task AssertRefusedAsync(Func<Task> request, string code)
    {
        var refused = await Should.ThrowAsync<IOException>(request);
        refused.InnerException.ShouldBeOfType<AmazonS3Exception>().ErrorCode.ShouldBe(code);
        refused.Message.ShouldContain($"({code})");
        refused.Message.ShouldNotContain(S3Endpoint.SecretKey);
    }

    private (string Key, string Value)[] Settings() =>
    [
        ("Artifacts:Store", "s3"), ("Artifacts:Bucket", S3Endpoint.BucketName), ("Artifacts:Prefix", "team/progeny"), (
            "Artifacts:Endpoint", endpoint.Url),
        ("Artifacts:AccessKey", S3Endpoint.AccessKey), ("Artifacts:SecretKey", S3Endpoint.SecretKey),
    ];
}

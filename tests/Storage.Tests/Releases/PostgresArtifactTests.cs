using Dapper;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using Progeny.Core.Releases;

namespace Progeny.Storage.Tests.Releases;

/// <summary>The artifacts of a cluster in its database.</summary>
public sealed class PostgresArtifactTests(PostgresServerFixture fixture) : SharedArtifactContract, IClassFixture<PostgresServerFixture>
{
    [Fact]
    public async Task Put_cuts_contents_into_chunks_of_a_mebibyte()
    {
        var digest = await PutAsync(new byte[(2 << 20) + 1]);

        await using var connection = Connect();
        var sizes = await connection.QueryAsync<int>(
            "SELECT octet_length(data) FROM artifact_chunks JOIN artifacts USING (upload) WHERE digest = @digest ORDER BY number",
            new { digest = Convert.FromHexString(digest) });

        sizes.ShouldBe([1 << 20, 1 << 20, 1]);
    }

    [Fact]
    public async Task Node_removes_by_itself_what_was_staged_over_a_day_ago()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var node = await ArtifactNode.StartAsync(time, ("Cluster:ConnectionString", fixture.Server.ConnectionString));
        var (old, young) = (
            await node.Store.StageAsync(new MemoryStream([1]), 1, default), await node.Store.StageAsync(new MemoryStream([2]), 1, default));
        await using var connection = Connect();
        await connection.ExecuteAsync(
            "UPDATE staged_artifacts SET staged_at = staged_at - interval '25 hours' WHERE upload = @old",
            new { old = Guid.Parse(old[..32]) });

        for (var hours = 0; hours < 20 && await connection.ExecuteScalarAsync<int>("SELECT count(*) FROM staged_artifacts") == 2; hours++)
        {
            time.Advance(TimeSpan.FromHours(1));
            await Task.Delay(200);
        }

        await Should.ThrowAsync<ArtifactMissingException>(() => node.Store.KeepAsync(old, default));
        await node.Store.KeepAsync(young, default);
        await AssertTidyAsync();
    }

    internal override Task<ArtifactNode> NewNodeAsync() =>
        ArtifactNode.StartAsync(("Cluster:ConnectionString", fixture.Server.ConnectionString));

    protected override async Task DamageAsync(string digest)
    {
        await using var connection = Connect();
        var changed = await connection.ExecuteAsync(
            "UPDATE artifact_chunks SET data = set_byte(data, 7, 255 - get_byte(data, 7)) WHERE number = 1 AND upload = (SELECT upload "
                + "FROM artifacts WHERE digest = @digest)",
            new { digest = Convert.FromHexString(digest) });
        changed.ShouldBe(1);
    }

    protected override Task TakeAwayAsync() => fixture.Server.StopAsync();

    protected override Task BringBackAsync() => fixture.Server.StartAsync();

    protected override async Task AssertSharedTidyAsync()
    {
        await using var connection = Connect();
        (await connection.ExecuteScalarAsync<int>(
            """
            SELECT (SELECT count(*) FROM staged_artifacts)
                + (SELECT count(*) FROM artifact_chunks AS chunk WHERE NOT EXISTS (SELECT FROM artifacts WHERE upload = chunk.upload))
                + (SELECT count(*) FROM artifacts WHERE size <> coalesce((SELECT sum(octet_length(data)) FROM artifact_chunks AS chunk WHERE chunk.upload = artifacts.upload), 0))
            """)).ShouldBe(0);
    }

    private NpgsqlConnection Connect() => new($"{fixture.Server.ConnectionString};Pooling=false");
}

using System.Security.Cryptography;
using Progeny.Abstractions.Common;
using Progeny.Core.Releases;

namespace Progeny.Storage.Tests.Releases;

/// <summary>What the artifact stores of a cluster promise beyond those of a node.</summary>
public abstract class SharedArtifactContract : ArtifactStoreContract
{
    private ArtifactNode first = null!;
    private ArtifactNode second = null!;

    [Fact]
    public async Task Open_when_a_byte_changed_says_so_and_a_new_put_repairs_it()
    {
        var contents = RandomNumberGenerator.GetBytes(1_500_000);
        var digest = await PutAsync(contents);
        await DamageAsync(digest);

        (await Should.ThrowAsync<ArtifactCorruptException>(() => Other.OpenAsync(digest, default))).Digest.ShouldBe(digest);

        await PutAsync(contents);
        (await ReadAsync(Other, digest)).ShouldBe(contents);
        await AssertTidyAsync();
    }

    [Fact]
    public async Task Staged_when_abandoned_is_removed_and_what_is_young_is_not()
    {
        var ticket = await Store.StageAsync(new MemoryStream(RandomNumberGenerator.GetBytes(1_500_000)), long.MaxValue, default);
        var kept = await PutAsync(RandomNumberGenerator.GetBytes(1_000));

        await second.Shared.RemoveAbandonedAsync(DateTimeOffset.UtcNow.AddDays(-1), default);
        await (await Other.OpenStagedAsync(ticket, default)).DisposeAsync();
        await second.Shared.RemoveAbandonedAsync(DateTimeOffset.UtcNow.AddMinutes(1), default);

        await Should.ThrowAsync<ArtifactMissingException>(() => Store.KeepAsync(ticket, default));
        (await ReadAsync(Other, kept)).Length.ShouldBe(1_000);
        await AssertTidyAsync();
    }

    [Fact]
    public async Task Removal_takes_what_was_stored_before_a_time_and_nothing_that_came_since()
    {
        var digest = await PutAsync(RandomNumberGenerator.GetBytes(1_500_000));
        var kept = await PutAsync(RandomNumberGenerator.GetBytes(1_000));
        (await second.Shared.RemoveAsync(digest, DateTimeOffset.UtcNow.AddHours(-1), default)).ShouldBeFalse();
        (await second.Shared.RemoveAsync(digest, DateTimeOffset.UtcNow.AddHours(1), default)).ShouldBeTrue();
        (await second.Shared.RemoveAsync(digest, DateTimeOffset.UtcNow.AddHours(1), default)).ShouldBeFalse();
        (await second.Shared.ExistsAsync(digest, default)).ShouldBeFalse();
        var listed = await second.Shared.ListAsync(default);
        listed.ShouldContain(kept);
        listed.ShouldNotContain(digest);
        await AssertTidyAsync();
    }

    [Fact]
    public async Task Open_while_the_store_is_away_answers_from_the_cache_and_recovers()
    {
        var (cached, uncached) = (RandomNumberGenerator.GetBytes(100_000), RandomNumberGenerator.GetBytes(100_001));
        var digests = (Cached: await PutAsync(cached), Uncached: await PutAsync(uncached));
        await ReadAsync(Other, digests.Cached);

        await TakeAwayAsync();
        try
        {
            (await ReadAsync(Other, digests.Cached)).ShouldBe(cached);
            (await Other.ExistsAsync(digests.Cached, default)).ShouldBeTrue();
            (await ReadAsync(Store, digests.Uncached)).ShouldBe(uncached);
            await Task.WhenAll(
                Should.ThrowAsync<StorageUnavailableException>(() => Other.OpenAsync(digests.Uncached, default)),
                Should.ThrowAsync<StorageUnavailableException>(() => Other.ExistsAsync(digests.Uncached, default)),
                Should.ThrowAsync<StorageUnavailableException>(() => Other.PutAsync(new MemoryStream([1]), 1, default)),
                Should.ThrowAsync<StorageUnavailableException>(() => Other.StageAsync(new MemoryStream([1]), 1, default)));
        }
        finally
        {
            await BringBackAsync();
        }

        (await ReadAsync(Other, digests.Uncached)).ShouldBe(uncached);
        await AssertTidyAsync();
    }

    public override async Task DisposeAsync()
    {
        if (first is not null)
            await first.DisposeAsync();
        if (second is not null)
            await second.DisposeAsync();
    }

    /// <summary>Makes a node of the cluster.</summary>
    internal abstract Task<ArtifactNode> NewNodeAsync();

    /// <summary>Changes the shared contents of an artifact.</summary>
    protected abstract Task DamageAsync(string digest);

    protected abstract Task TakeAwayAsync();

    protected abstract Task BringBackAsync();

    /// <summary>Fails when anything is in the shared store that is no artifact.</summary>
    protected abstract Task AssertSharedTidyAsync();

    protected override async Task<(IArtifactStore Store, IArtifactStore Other)> OpenAsync()
    {
        first = await NewNodeAsync();
        second = await NewNodeAsync();
        return (first.Store, second.Store);
    }

    protected override async Task AssertTidyAsync()
    {
        foreach (var node in new[] { first, second })
            Directory.EnumerateFiles(Path.Combine(node.Cache, "tmp")).ShouldBeEmpty();
        await AssertSharedTidyAsync();
    }

    protected static void Damage(string path)
    {
        var bytes = File.ReadAllBytes(path);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(path, bytes);
    }
}
